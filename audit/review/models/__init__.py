"""What the auditors' workspace holds: the file list is its glossary."""

from audit.review.models.incident import Incident, IncidentState
from audit.review.models.item import Item, ItemState, Queue, Reason

__all__ = ["Incident", "IncidentState", "Item", "ItemState", "Queue", "Reason"]
