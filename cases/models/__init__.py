"""What this room holds; the file list is the glossary."""

from cases.models.additions import RowTaken
from cases.models.break_glass import BreakGlass
from cases.models.card import Block, BlockWords, Card, CardWords, Place, destroy_cards, forget_blocks
from cases.models.case import Case, CaseOrdinary, IntakeStory
from cases.models.codes import Channel, EmergencyReason, Interpreter, State
from cases.models.consent import Category, Consent, ConsentState, ConsentStory, Purpose
from cases.models.entrusting import LEAD, SHARE
from cases.models.file import Act, Custody, CustodyStory, File, FileStory
from cases.models.found import Found, FoundCases
from cases.models.glass_visibility import GlassState
from cases.models.grant import CaseGroupGrant, CaseUserGrant
from cases.models.incident import Incident, IncidentStory
from cases.models.match import Desk, Match, MatchState, Pair
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
    "Act",
    "Block",
    "BlockWords",
    "BreakGlass",
    "Card",
    "CardWords",
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
    "Custody",
    "CustodyStory",
    "Desk",
    "EmergencyReason",
    "File",
    "FileStory",
    "Found",
    "FoundCases",
    "GlassState",
    "Incident",
    "IncidentStory",
    "IntakeStory",
    "Interpreter",
    "LimitsStory",
    "Match",
    "MatchState",
    "Milestone",
    "MilestoneOrdinary",
    "MilestoneStory",
    "Need",
    "NeedStory",
    "Note",
    "NoteStory",
    "Pair",
    "Participation",
    "ParticipationStory",
    "Person",
    "PersonIdentity",
    "PersonOrdinary",
    "Place",
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
    "destroy_cards",
    "forget_blocks",
]
