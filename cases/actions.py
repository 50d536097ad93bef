"""What this room records: inquiries, openings and lists of cases, what was added to them."""

from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action

INQUIRY_OPENED = Action("cases.inquiry_opened", _("Opened an inquiry and leads it"))
CASE_OPENED = Action("cases.case_opened", _("Read a case"))
CASES_LISTED = Action("cases.cases_listed", _("Looked at a list of cases"))
INCIDENT_ADDED = Action("cases.incident_added", _("Added an incident to a case"))
NOTE_ADDED = Action("cases.note_added", _("Added a note to a case"))
