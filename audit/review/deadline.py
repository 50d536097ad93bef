"""By when somebody who was asked explains what they did, in business days of Québec."""

import datetime

import holidays
from django.conf import settings


def due_on(asked: datetime.date) -> datetime.date:
    """Give the last day for an answer to a question of this day (Montréal), `REVIEW_ANSWER_DAYS` business days later."""
    closed = holidays.country_holidays("CA", subdiv="QC", years=[asked.year, asked.year + 1])
    day, left = asked, settings.REVIEW_ANSWER_DAYS
    while left > 0:
        day += datetime.timedelta(1)
        if day.weekday() < 5 and day not in closed:
            left -= 1
    return day
