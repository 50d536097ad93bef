"""What the vault records: key ceremonies, rosters, unlocking and locking."""

from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action

ENROLLED = Action("vault.enrolled", _("Made their keys"))
UNLOCKED = Action("vault.unlocked", _("Unlocked their vault"))
UNLOCK_FAILED = Action("vault.unlock_failed", _("Failed to unlock the vault"))
LOCKED = Action("vault.locked", _("Locked the session"))
PASSPHRASE_CHANGED = Action("vault.passphrase_changed", _("Changed their passphrase"))
AGENCY_BEGUN_ANEW = Action(
    "vault.agency_begun_anew", _("Let an agency begin anew whose people had all lost their keys")
)
ROSTER_SIGNED = Action("vault.roster_signed", _("Signed a roster of a key group"))
ROOT_MADE = Action("vault.root_made", _("Made a key group's root"))
HOUSE_DRILLED = Action("vault.house_drilled", _("Proved that the custodians’ sheets open the house root"))
HOUSE_TURNED = Action("vault.house_turned", _("Made a new house root, signed by the old one"))
CUSTODIAN_REPLACED = Action("vault.custodian_replaced", _("Gave a custodian a new sheet"))
RECOVERED = Action("vault.recovered", _("Let a person in with the house root"))
SECRETS_MADE_AGAIN = Action("vault.secrets_made_again", _("Made the server’s secrets again after a loss"))
PEPPER_TURNED = Action("vault.pepper_turned", _("Added a pepper"))
PEPPER_DROPPED = Action("vault.pepper_dropped", _("Took an old pepper away"))
KEYS_REWRITTEN = Action("vault.keys_rewritten", _("Rewrote the key tables"))
RESEALED = Action("vault.resealed", _("Opened records to seal them in their newest shape"))
HOUSE_SEALED = Action("vault.house_sealed", _("Made and sealed the house root"))
LETTER_OPENED = Action("vault.letter_opened", _("Opened a sealed detail"))
SEALED_ALTERED = Action("vault.sealed_altered", _("Met something sealed that does not open where it lies"))
FORGERY_MET = Action("vault.forgery_met", _("Met something that nobody entitled had signed"))
ROSTER_REFUSED = Action("vault.roster_refused", _("Met a roster that does not lead to the house root"))
