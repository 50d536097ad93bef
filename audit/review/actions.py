"""What this room records: an auditor's look is an act like any other."""

from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action

VIEWED = Action("log.viewed", _("Looked at the log"))
SEARCHED = Action("log.searched", _("Searched the log"))
ENTRY_VIEWED = Action("log.entry_viewed", _("Opened an entry of the log"))
PROOF_VIEWED = Action("log.proof_viewed", _("Looked at the state of the log"))
EXPORTED = Action("log.exported", _("Downloaded the whole log"))
