"""What this room records: signing in and out, invitations, admissions, sessions, organisations."""

from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action

SIGNED_IN = Action("accounts.signed_in", _("Signed in"))
SIGN_IN_FAILED = Action("accounts.sign_in_failed", _("Failed to sign in"))
SIGNED_OUT = Action("accounts.signed_out", _("Signed out"))
SECOND_FACTOR_FAILED = Action("accounts.second_factor_failed", _("Gave a wrong second-factor code"))
SECOND_FACTOR_SET = Action("accounts.second_factor_set", _("Set up a second factor"))
SECOND_FACTOR_REMOVED = Action("accounts.second_factor_removed", _("Removed the second factor"))
RECOVERY_CODES_MADE = Action("accounts.recovery_codes_made", _("Made new recovery codes"))
SESSION_ENDED = Action("accounts.session_ended", _("Ended another session of their own"))
INVITED = Action("accounts.invited", _("Invited a person"))
INVITATION_WITHDRAWN = Action("accounts.invitation_withdrawn", _("Withdrew an invitation"))
ADMITTED = Action("accounts.admitted", _("Admitted a person"))
REMOVED = Action("accounts.removed", _("Took a person out of the team"))
ROLE_CHANGED = Action("accounts.role_changed", _("Gave a person another role"))
ROLE_PROPOSED = Action("accounts.role_proposed", _("Signed a new role that a second supervisor must sign too"))
KEYS_LOST = Action("accounts.keys_lost", _("Enrolled anew after a lost passphrase"))
ORGANISATION_MADE = Action("accounts.organisation_made", _("Added an organisation"))
FOUNDED = Action("accounts.founded", _("Put the site into service"))
REFUSED = Action("accounts.refused", _("Was refused"))
