"""Business days of Québec: Monday to Friday without its holidays."""

import datetime

import holidays


def business_days_after(day: datetime.date, days: int) -> datetime.date:
    """Give the day (Montréal) that comes so many business days after another one."""
    closed = holidays.country_holidays("CA", subdiv="QC", years=[day.year, day.year + 1])
    while days > 0:
        day += datetime.timedelta(days=1)
        days -= day.weekday() < 5 and day not in closed
    return day
