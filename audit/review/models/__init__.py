"""What the auditors' workspace holds: the file list is its glossary."""

from audit.review.models.draw import Draw
from audit.review.models.evaluation import Evaluation
from audit.review.models.feedback import Feedback
from audit.review.models.incident import Incident, IncidentState
from audit.review.models.item import Item, ItemState, Queue, Reason
from audit.review.models.kept_filter import KeptFilter
from audit.review.models.sign_off import SignOff, SignOffState
from audit.review.models.signal import Signal

__all__ = [
    "Draw",
    "Evaluation",
    "Feedback",
    "Incident",
    "IncidentState",
    "Item",
    "ItemState",
    "KeptFilter",
    "Queue",
    "Reason",
    "SignOff",
    "SignOffState",
    "Signal",
]
