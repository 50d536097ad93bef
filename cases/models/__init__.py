"""What this room holds; the file list is the glossary."""

from cases.models.additions import RowTaken
from cases.models.case import Case, CaseOrdinary, IntakeStory
from cases.models.codes import Channel, Interpreter, State
from cases.models.consent import Category, Consent, ConsentState, ConsentStory, Purpose
from cases.models.entrusting import LEAD, SHARE
from cases.models.grant import CaseGroupGrant, CaseUserGrant
from cases.models.incident import Incident, IncidentStory
from cases.models.milestone import Milestone, MilestoneOrdinary, MilestoneStory
from cases.models.need import Need, NeedStory
from cases.models.note import Note, NoteStory
from cases.models.participation import Participation, ParticipationStory
from cases.models.person import Person, PersonIdentity, PersonOrdinary
from cases.models.risk import RiskAssessment, RiskStory, Standing
from cases.models.safe_contact import ContactDetails, ContactRules, SafeContact
from cases.models.saved_view import SavedView, Scope
from cases.models.stages import LimitsStory
from cases.models.visibility import CaseQuerySet
from cases.models.visit import Visit

__all__ = [
    "LEAD",
    "SHARE",
    "Case",
    "CaseGroupGrant",
    "CaseOrdinary",
    "CaseQuerySet",
    "CaseUserGrant",
    "Category",
    "Channel",
    "Consent",
    "ConsentState",
    "ConsentStory",
    "ContactDetails",
    "ContactRules",
    "Incident",
    "IncidentStory",
    "IntakeStory",
    "Interpreter",
    "LimitsStory",
    "Milestone",
    "MilestoneOrdinary",
    "MilestoneStory",
    "Need",
    "NeedStory",
    "Note",
    "NoteStory",
    "Participation",
    "ParticipationStory",
    "Person",
    "PersonIdentity",
    "PersonOrdinary",
    "Purpose",
    "RiskAssessment",
    "RiskStory",
    "RowTaken",
    "SafeContact",
    "SavedView",
    "Scope",
    "Standing",
    "State",
    "Visit",
]
