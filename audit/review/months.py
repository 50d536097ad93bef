"""Months of the calendar of Montréal, by which accesses are drawn, reviewed and signed off."""

import datetime

from django.utils import timezone


def month_of(at: datetime.datetime) -> datetime.date:
    """Give the first day of the month of a moment."""
    return timezone.localtime(at).date().replace(day=1)


def this_month() -> datetime.date:
    return month_of(timezone.now())


def month_before(month: datetime.date) -> datetime.date:
    return (month - datetime.timedelta(1)).replace(day=1)


def month_after(month: datetime.date) -> datetime.date:
    return (month + datetime.timedelta(31)).replace(day=1)


def months_back(number: int) -> list[datetime.date]:
    """Give this month and those before it, so many in all, the newest first."""
    months = [this_month()]
    while len(months) < number:
        months.append(month_before(months[-1]))
    return months


def bounds(month: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """Give its first moment, and the first moment that is not in it any more."""
    return midnight(month), midnight(month_after(month))


def parsed(text: str) -> datetime.date | None:
    """Read `2026-11`; None when it is no month between 2000 and 2199."""
    try:
        month = datetime.datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        return None
    return month if 2000 <= month.year < 2200 else None


def midnight(day: datetime.date) -> datetime.datetime:
    """Give the moment at which a day begins."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
