"""What this room records: an auditor's look is an act like any other."""

from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action

VIEWED = Action("log.viewed", _("Looked at the log"))
SEARCHED = Action("log.searched", _("Searched the log"))
ENTRY_VIEWED = Action("log.entry_viewed", _("Opened an entry of the log"))
PROOF_VIEWED = Action("log.proof_viewed", _("Looked at the state of the log"))
HOLDS_VIEWED = Action("log.holds_viewed", _("Looked at what of the log is kept longer"))
HOLD_SET = Action("log.hold_set", _("Decided that entries of the log are kept longer"))
HOLD_LIFTED = Action("log.hold_lifted", _("Decided that entries of the log are kept no longer"))
EXPORTED = Action("log.exported", _("Downloaded the whole log"))
