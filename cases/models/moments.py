"""When something was written down: by the week in clear, to the moment under seal."""

import calendar
import datetime

from django.utils import timezone


def this_week() -> datetime.date:
    """The Monday of this week, in Montréal."""
    today = timezone.localdate()
    return today - datetime.timedelta(days=today.weekday())


def now() -> str:
    """This moment as it is written into sealed documents: ISO 8601, UTC, fine enough to put rows in order."""
    return timezone.now().isoformat()


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month, so many months later; the last one of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
