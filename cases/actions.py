"""What this room records: openings and reveals, what was added or corrected, and every step of a case."""

from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action

CASE_OPENED = Action("cases.case_opened", _("Read a case"))
CASES_LISTED = Action("cases.cases_listed", _("Looked at a list of cases"))
IDENTITY_REVEALED = Action("cases.identity_revealed", _("Revealed an identity"))
CONTACT_REVEALED = Action("cases.contact_revealed", _("Revealed how to reach a person"))
STORY_REVEALED = Action("cases.story_revealed", _("Read the story of a case they do not lead"))
# Says nothing of the name: the unlocked page compares, the log keeps only that it did.
OWN_NAME_SEEN = Action("cases.own_name_seen", _("Opened a case that holds a name like their own"))

EMERGENCY_ASKED = Action("cases.emergency_asked", _("Asked for a case in an emergency"))
EMERGENCY_TOO_MANY = Action("cases.emergency_too_many", _("Asked for one case too many in an emergency"))
EMERGENCY_SHOWN = Action("cases.emergency_shown", _("Looked at an emergency access"))

SEARCHED = Action("cases.searched", _("Searched the cases they may see"))
FOUND_SHOWN = Action("cases.found_shown", _("Looked at what a search has found"))
NAMES_COMPARED = Action("cases.names_compared", _("Looked for the same people in other cases"))
DESK_SHOWN = Action("cases.desk_shown", _("Looked at the possible matches"))

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

# --- Files: each look is an entry of its own, and so is taking one out of the house -------------------
FILES_REVEALED = Action("cases.files_revealed", _("Gave a reason to look at files of a case they do not lead"))
FILES_LISTED = Action("cases.files_listed", _("Looked at the list of a case’s files"))
FILE_OPENED = Action("cases.file_opened", _("Opened the page of a file"))
FILE_ADDED = Action("cases.file_added", _("Added a file to a case"))
FILE_VIEWED = Action("cases.file_viewed", _("Looked at a file"))
FILE_PRINTED = Action("cases.file_printed", _("Printed a file"))
FILE_DOWNLOADED = Action("cases.file_downloaded", _("Downloaded a file"))
ORIGINAL_DOWNLOADED = Action("cases.original_downloaded", _("Downloaded a file as it was received"))
FILE_BROKEN = Action("cases.file_broken", _("Found a file broken"))
FILE_TAKEN_AWAY = Action("cases.file_taken_away", _("Took a file away for good"))

# --- Who opened it ---------------------------------------------------------------------------------
ACCESS_VIEWED = Action("cases.access_viewed", _("Looked at who opened a case"))
ACCESS_LIST_MADE = Action("cases.access_list_made", _("Made the list of who opened a case, for the person"))

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
CIRCLE_ASKED = Action("cases.circle_asked", _("Asked for a circle for a case"))
CIRCLE_MADE = Action("cases.circle_made", _("Brought a case into a circle"))
LIFT_ASKED = Action("cases.lift_asked", _("Asked to end the circle of a case"))
CIRCLE_LIFTED = Action("cases.circle_lifted", _("Brought a case back from a circle to the unit"))
CIRCLE_LET_BACK = Action("cases.circle_let_back", _("Let somebody back into the circle of a case"))
CIRCLE_DROPPED = Action("cases.circle_dropped", _("Left the circle of a case as it was"))
# The entry of each tells, beside the case, to whom it goes.
GRANTS = (CASE_ASSIGNED, CASE_HANDED_OVER, CASE_SHARED, CIRCLE_MADE, CIRCLE_LET_BACK)
NEED_MET = Action("cases.need_met", _("Noted that a need is met"))
NEED_DROPPED = Action("cases.need_dropped", _("Noted that a need is no longer asked for"))
NEED_BACK = Action("cases.need_back", _("Noted that a need is back"))
CONSENT_WITHDRAWN = Action("cases.consent_withdrawn", _("Withdrew a consent on the person’s word"))
CONSENT_NARROWED = Action("cases.consent_narrowed", _("Narrowed a consent"))
CONSENT_REPLACED = Action("cases.consent_replaced", _("Replaced a consent by a newer one"))
CONSENT_LAPSED = Action("cases.consent_lapsed", _("Ended a consent with its case"))
CONSENT_EXPIRED = Action("cases.consent_expired", _("A consent came to its end"))
EMERGENCY_BEGUN = Action("cases.emergency_begun", _("Opened a case in an emergency"))
EMERGENCY_SECRET_ASKED = Action(
    "cases.emergency_secret_asked", _("Asked for identity, contact and story in an emergency")
)
EMERGENCY_AGREED = Action("cases.emergency_agreed", _("Agreed to identity, contact and story in an emergency"))
EMERGENCY_REFUSED = Action("cases.emergency_refused", _("Left identity, contact and story closed in an emergency"))
EMERGENCY_ENDED = Action("cases.emergency_ended", _("Ended an emergency access"))
EMERGENCY_EXPIRED = Action("cases.emergency_expired", _("An emergency access came to its end"))
EMERGENCY_TAKEN_UP = Action("cases.emergency_taken_up", _("Took care of an emergency of somebody outside the circle"))
EMERGENCY_TURNED_DOWN = Action(
    "cases.emergency_turned_down", _("Left a case closed that was asked for in an emergency")
)
EMERGENCY_UNDER_REVIEW = Action("cases.emergency_under_review", _("An emergency access came under review"))
EMERGENCY_JUSTIFIED = Action("cases.emergency_justified", _("Judged an emergency access justified"))
EMERGENCY_UNJUSTIFIED = Action("cases.emergency_unjustified", _("Judged an emergency access not justified"))
MATCH_FOUND = Action("cases.match_found", _("Put a possible match on the unit’s desk"))
MATCH_LOOKED_AT = Action("cases.match_looked_at", _("Looked at a possible match without deciding"))
MATCH_SAME = Action("cases.match_same", _("Decided that two cases are about the same person"))
MATCH_NOT_SAME = Action("cases.match_not_same", _("Decided that two cases are about two people"))

# --- Destroyed -------------------------------------------------------------------------------------
CASE_DESTROYED = Action("cases.case_destroyed", _("Destroyed a case for good"))
COMPARTMENT_DESTROYED = Action("cases.compartment_destroyed", _("Destroyed a part of a case for good"))
