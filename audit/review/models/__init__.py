"""What the auditors' workspace holds: the file list is its glossary."""

from audit.review.models.evaluation import Evaluation
from audit.review.models.feedback import Feedback
from audit.review.models.incident import Incident, IncidentState
from audit.review.models.item import Item, ItemState, Queue, Reason
from audit.review.models.signal import Signal

__all__ = ["Evaluation", "Feedback", "Incident", "IncidentState", "Item", "ItemState", "Queue", "Reason", "Signal"]
