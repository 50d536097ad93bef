"""By when an agency answers (`domain.md` 5.10): 24 hours when urgent, else five business days of Québec."""

import datetime

from cellule.business_days import business_days_after
from referrals.models.codes import Urgency

BUSINESS_DAYS = 5


def answer_due(urgency: Urgency, sent: datetime.datetime) -> datetime.date:
    """Give the last day on which an answer is in time (Montréal); `sent`: an aware moment there."""
    if urgency == Urgency.URGENT:
        return sent.date() + datetime.timedelta(days=1)
    return business_days_after(sent.date(), BUSINESS_DAYS)
