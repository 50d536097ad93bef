"""The nouns of the review: one file each."""

from audit.review.models.evaluation import Evaluation
from audit.review.models.feedback import Feedback
from audit.review.models.signal import Signal

__all__ = ["Evaluation", "Feedback", "Signal"]
