"""What this room holds; the file list is the glossary."""

from cases.models.case import Case, CaseOrdinary, CaseQuerySet, Channel, Interpreter, State
from cases.models.grant import CaseGroupGrant, CaseUserGrant
from cases.models.incident import Incident, IncidentStory
from cases.models.note import Note, NoteStory

__all__ = [
    "Case",
    "CaseGroupGrant",
    "CaseOrdinary",
    "CaseQuerySet",
    "CaseUserGrant",
    "Channel",
    "Incident",
    "IncidentStory",
    "Interpreter",
    "Note",
    "NoteStory",
    "State",
]
