"""By when an agency answers (`domain.md` 5.10): 24 hours when urgent, else five business days of Québec."""

import datetime

import holidays

from referrals.models.codes import Urgency

BUSINESS_DAYS = 5


def answer_due(urgency: Urgency, sent: datetime.datetime) -> datetime.date:
    """Give the last day on which an answer is in time (Montréal); `sent`: an aware moment there."""
    if urgency == Urgency.URGENT:
        return sent.date() + datetime.timedelta(days=1)
    closed = holidays.country_holidays("CA", subdiv="QC", years=[sent.year, sent.year + 1])
    day, left = sent.date(), BUSINESS_DAYS
    while left:
        day += datetime.timedelta(days=1)
        left -= day.weekday() < 5 and day not in closed
    return day
