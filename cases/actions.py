"""What this room records: openings and reveals, what was added or corrected, and every step of a case."""

from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action

CASE_OPENED = Action("cases.case_opened", _("Read a case"))
CASES_LISTED = Action("cases.cases_listed", _("Looked at a list of cases"))
IDENTITY_REVEALED = Action("cases.identity_revealed", _("Revealed an identity"))
CONTACT_REVEALED = Action("cases.contact_revealed", _("Revealed how to reach a person"))
STORY_REVEALED = Action("cases.story_revealed", _("Read the story of a case they do not lead"))

# --- Added and corrected ---------------------------------------------------------------------------
INQUIRY_OPENED = Action("cases.inquiry_opened", _("Opened an inquiry and leads it"))
INCIDENT_ADDED = Action("cases.incident_added", _("Added an incident to a case"))
NOTE_ADDED = Action("cases.note_added", _("Added a note to a case"))
NOTE_AMENDED = Action("cases.note_amended", _("Amended a note"))
NEED_ADDED = Action("cases.need_added", _("Added a need to a case"))
PERSON_ADDED = Action("cases.person_added", _("Added a person to a case"))
PERSON_CORRECTED = Action("cases.person_corrected", _("Corrected what is known of a person"))
IDENTITY_WRITTEN = Action("cases.identity_written", _("Wrote down an identity"))
IDENTITY_EMPTIED = Action("cases.identity_emptied", _("Took away a written identity"))
PART_WRITTEN = Action("cases.part_written", _("Wrote down a person’s part in an incident"))
CONTACT_WRITTEN = Action("cases.contact_written", _("Wrote down how to reach a person"))
INTAKE_WRITTEN = Action("cases.intake_written", _("Wrote down answers of the intake"))
RISK_ASSESSED = Action("cases.risk_assessed", _("Assessed the risk"))
CONSENT_RECORDED = Action("cases.consent_recorded", _("Wrote down a consent, or its refusal"))

# --- Steps -----------------------------------------------------------------------------------------
INTAKE_BEGUN = Action("cases.intake_begun", _("Began the intake"))
ASSESSMENT_BEGUN = Action("cases.assessment_begun", _("Finished the intake and began the assessment"))
ASSESSMENT_COUNTERSIGNED = Action("cases.assessment_countersigned", _("Countersigned an assessment"))
CASE_ACTIVATED = Action("cases.case_activated", _("Began the active support"))
FOLLOW_UP_BEGUN = Action("cases.follow_up_begun", _("Went on to the follow-up"))
CASE_RESUMED = Action("cases.case_resumed", _("Took a case back from the follow-up"))
INQUIRY_CLOSED = Action("cases.inquiry_closed", _("Closed an inquiry"))
CLOSING_PROPOSED = Action("cases.closing_proposed", _("Proposed to close a case"))
CLOSING_WITHDRAWN = Action("cases.closing_withdrawn", _("Took back the proposal to close a case"))
CLOSING_DECLINED = Action("cases.closing_declined", _("Declined to close a case"))
CASE_CLOSED = Action("cases.case_closed", _("Closed a case"))
CASE_REOPENED = Action("cases.case_reopened", _("Reopened a case"))
HANDED_TO_UNIT = Action("cases.handed_to_unit", _("Handed a case over to the unit"))
CASE_ASSIGNED = Action("cases.case_assigned", _("Assigned a case"))
CASE_HANDED_OVER = Action("cases.case_handed_over", _("Handed a case over to a colleague"))
CASE_SHARED = Action("cases.case_shared", _("Shared a case with a colleague"))
SHARING_ENDED = Action("cases.sharing_ended", _("Ended a colleague’s share in a case"))
NEED_MET = Action("cases.need_met", _("Noted that a need is met"))
NEED_DROPPED = Action("cases.need_dropped", _("Noted that a need is no longer asked for"))
NEED_BACK = Action("cases.need_back", _("Noted that a need is back"))
CONSENT_WITHDRAWN = Action("cases.consent_withdrawn", _("Withdrew a consent on the person’s word"))
CONSENT_NARROWED = Action("cases.consent_narrowed", _("Narrowed a consent"))
CONSENT_REPLACED = Action("cases.consent_replaced", _("Replaced a consent by a newer one"))
CONSENT_LAPSED = Action("cases.consent_lapsed", _("Ended a consent with its case"))
CONSENT_EXPIRED = Action("cases.consent_expired", _("A consent came to its end"))
