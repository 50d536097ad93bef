"""When a service is open: rules of a calendar, turned into days and hours or kept as words."""

import re
from typing import Any

from cellule.forms import Window
from referrals.hsds.places import Node

_DAYS = {day: number for number, day in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), 1)}
_HOUR = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)")


def hours_of(schedules: list[Node]) -> list[dict[str, Any]]:
    """Give the hours of a service as its model keeps them, each once."""
    kept: list[dict[str, Any]] = []
    for schedule in schedules:
        for hours in _hours(schedule):
            if hours not in kept:
                kept.append(hours)
    return kept


def _hours(schedule: Node) -> list[dict[str, Any]]:
    words = " ".join(filter(None, (schedule.text("description"), schedule.text("notes"))))
    window = _window(schedule)
    told = [{"window": window.to_json()}] if window else []
    return [*told, {"words": words}] if words else told


def _window(schedule: Node) -> Window | None:
    """Only what comes every week between two hours of one day."""
    days = [part.strip().upper() for part in schedule.line("byday").split(",") if part.strip()]
    opens, closes = (_HOUR.match(schedule.line(name)) for name in ("opens_at", "closes_at"))
    is_weekly = schedule.line("freq").upper() in {"", "WEEKLY"} and schedule.data.get("interval") in {None, "", 1, "1"}
    if not (days and opens and closes and is_weekly and set(days) <= _DAYS.keys()):
        return None
    try:
        return Window(tuple(sorted({_DAYS[day] for day in days})), opens[0], closes[0])
    except ValueError:
        return None
