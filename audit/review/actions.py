"""What this room records: an auditor's look is an act like any other."""

from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action

VIEWED = Action("log.viewed", _("Looked at the log"))
SEARCHED = Action("log.searched", _("Searched the log"))
ENTRY_VIEWED = Action("log.entry_viewed", _("Opened an entry of the log"))
PROOF_VIEWED = Action("log.proof_viewed", _("Looked at the state of the log"))
RULES_VIEWED = Action("log.rules_viewed", _("Looked at the rules of the review"))
HOLDS_VIEWED = Action("log.holds_viewed", _("Looked at what of the log is kept longer"))
HOLD_SET = Action("log.hold_set", _("Decided that entries of the log are kept longer"))
HOLD_LIFTED = Action("log.hold_lifted", _("Decided that entries of the log are kept no longer"))
EXPORTED = Action("log.exported", _("Downloaded the whole log"))
LIST_EXPORTED = Action("log.list_exported", _("Downloaded entries of the log"))
HOURS_VIEWED = Action("log.hours_viewed", _("Looked at the hours of a month"))

# --- Items of the auditors' workspace ---------------------------------------------------------------

QUEUE_VIEWED = Action("review.queue_viewed", _("Looked at a list of accesses to review"))
ITEM_PUT = Action("review.item_put", _("Put an access up for review"))
ITEM_VIEWED = Action("review.item_viewed", _("Opened an access under review"))
ASKED = Action("review.asked", _("Asked for an explanation"))
REMINDED = Action("review.reminded", _("Reminded somebody of a question"))
QUESTIONS_VIEWED = Action("review.questions_viewed", _("Looked at the questions asked of them"))
QUESTION_VIEWED = Action("review.question_viewed", _("Opened a question asked of them"))
ANSWERED = Action("review.answered", _("Explained an access"))
ANSWER_SEALED = Action("review.answer_sealed", _("Sealed an explanation for the reviewers"))
JUSTIFIED = Action("review.justified", _("Judged an access justified"))
NOT_JUSTIFIED = Action("review.not_justified", _("Judged an access not justified"))
INCIDENT_PROPOSED = Action("review.incident_proposed", _("Signed first that an access is an incident"))
INCIDENT_SIGNED = Action("review.incident_signed", _("Signed second that an access is an incident"))
RETURNED = Action("review.returned", _("Sent an access back instead of signing second"))
WORDS_SEALED = Action("review.words_sealed", _("Sealed the reasons of a verdict"))

# --- Confidentiality incidents ----------------------------------------------------------------------

INCIDENT_DETECTED = Action("review.incident_detected", _("Opened a confidentiality incident"))
INCIDENTS_VIEWED = Action("review.incidents_viewed", _("Looked at the confidentiality incidents"))

# --- Sample, sign-off, dashboard --------------------------------------------------------------------

SAMPLE_DRAWN = Action("review.sample_drawn", _("Drew the sample of a month"))
DASHBOARD_VIEWED = Action("review.dashboard_viewed", _("Looked at how far the reviews are"))
SIGN_OFF_VIEWED = Action("review.sign_off_viewed", _("Looked at the sign-off of a month"))
SIGNED_OFF = Action("review.signed_off", _("Signed a month off"))
SIGN_OFF_SEEN = Action("review.sign_off_seen", _("Took note of a month’s sign-off"))
