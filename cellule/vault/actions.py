"""What the vault records: key ceremonies, rosters, unlocking and locking."""

from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action

ENROLLED = Action("vault.enrolled", _("Made their keys"))
UNLOCKED = Action("vault.unlocked", _("Unlocked their vault"))
UNLOCK_FAILED = Action("vault.unlock_failed", _("Failed to unlock the vault"))
LOCKED = Action("vault.locked", _("Locked the session"))
PASSPHRASE_CHANGED = Action("vault.passphrase_changed", _("Changed their passphrase"))
ROSTER_SIGNED = Action("vault.roster_signed", _("Signed a roster of a key group"))
ROOT_MADE = Action("vault.root_made", _("Made a key group's root"))
HOUSE_SEALED = Action("vault.house_sealed", _("Made and sealed the house root"))
LETTER_OPENED = Action("vault.letter_opened", _("Opened a sealed detail"))
SEALED_ALTERED = Action("vault.sealed_altered", _("Met something sealed that does not open where it lies"))
FORGERY_MET = Action("vault.forgery_met", _("Met something that nobody entitled had signed"))
ROSTER_REFUSED = Action("vault.roster_refused", _("Met a roster that does not lead to the house root"))
