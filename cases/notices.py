"""What people of the unit are told about cases: that there is something, never what."""

from django.utils.translation import gettext_lazy as _

from cellule.notices.kinds import NoticeKind

# The page that each leads to; who lost a case is led nowhere.
CASE = "cases:case"

LEADS_NOW = NoticeKind("cases.leads_now", _("A case is yours to lead."), CASE)
SHARES_NOW = NoticeKind("cases.shares_now", _("A case was shared with you."), CASE)
LEADS_NO_MORE = NoticeKind("cases.leads_no_more", _("A case has gone to somebody else."))
SHARES_NO_MORE = NoticeKind("cases.shares_no_more", _("A case is no longer shared with you."))
WAITS_FOR_LEAD = NoticeKind("cases.waits_for_lead", _("A case waits for somebody to lead it."), CASE)
WAITS_FOR_DECISION = NoticeKind("cases.waits_for_decision", _("A case waits for a supervisor’s decision."), CASE)
DECIDED = NoticeKind("cases.decided", _("A supervisor has decided on your case."), CASE)

# An emergency access: whoever reviews it later has a page of their own.
EMERGENCY_PAGE = "cases:emergency"

EMERGENCY = NoticeKind("cases.emergency", _("Somebody has opened a case in an emergency."), EMERGENCY_PAGE)
EMERGENCY_BEGUN = NoticeKind(
    "cases.emergency_begun", _("Somebody has opened a case in an emergency. It will be reviewed.")
)
EMERGENCY_WAITS = NoticeKind(
    "cases.emergency_waits", _("An emergency access waits for a second person."), EMERGENCY_PAGE
)
EMERGENCY_ASKED = NoticeKind(
    "cases.emergency_asked", _("Somebody outside your circle has an emergency."), EMERGENCY_PAGE
)
# Somebody asks for many cases: supervisors are led to whoever it is, privacy officers to the entry of the log.
EMERGENCIES_OF_ONE = NoticeKind(
    "cases.emergencies_of_one", _("Somebody asks for many cases in an emergency. Speak to them."), "accounts:member"
)
EMERGENCIES_OF_SOMEBODY = NoticeKind(
    "cases.emergencies_of_somebody", _("Somebody asks for many cases in an emergency."), "review:entry"
)
EMERGENCY_ANSWERED = NoticeKind("cases.emergency_answered", _("Your emergency access has an answer."), EMERGENCY_PAGE)
EMERGENCY_CLOSED = NoticeKind(
    "cases.emergency_closed", _("A supervisor has ended your emergency access."), EMERGENCY_PAGE
)
