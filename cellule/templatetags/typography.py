"""Filters that write dates, times, numbers and typed text as Québec French and Canadian English do.

Sources: OQLF, Vitrine linguistique (dates, hours, telephone numbers, numbers in figures).
"""

import datetime
import re
from decimal import Decimal

import phonenumbers
from django import template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

NBSP = "\u00a0"
MONTHS = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
WEEKDAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
# North American codes that a caller does not pay for.
TOLL_FREE = {"800", "822", "833", "844", "855", "866", "877", "888"}


@register.filter
def day(value: datetime.date | None) -> str:
    """Write a date: «1er mars 2026», "March 1, 2026"; an instant is first brought to local time."""
    if not value:
        return ""
    date = _local(value)
    if _french():
        return f"{_ordinal(date.day)} {MONTHS['fr'][date.month - 1]} {date.year}"
    return f"{MONTHS['en'][date.month - 1]} {date.day}, {date.year}"


@register.filter
def full_day(value: datetime.date | None) -> str:
    """Write a date with its weekday: «le lundi 30 novembre 2026», "Monday, November 30, 2026"."""
    if not value:
        return ""
    weekday = WEEKDAYS[_tongue()][_local(value).weekday()]
    return f"le {weekday} {day(value)}" if _french() else f"{weekday}, {day(value)}"


@register.filter
def month(value: datetime.date | None) -> str:
    """Write a month of a year: «mars 1991», "March 1991"."""
    return f"{MONTHS[_tongue()][_local(value).month - 1]} {_local(value).year}" if value else ""


@register.filter
def hour(value: datetime.datetime | datetime.time | None) -> str:
    """Write a time of day: «14 h 30», «9 h», «8 h 5»; "2:30 p.m."."""
    if value is None or value == "":
        return ""
    moment_ = _local(value)
    if _french():
        return f"{moment_.hour}{NBSP}h" + (f"{NBSP}{moment_.minute}" if moment_.minute else "")
    half = "a.m." if moment_.hour < 12 else "p.m."
    return f"{moment_.hour % 12 or 12}:{moment_.minute:02}{NBSP}{half}"


@register.filter
def moment(value: datetime.datetime | None) -> str:
    """Write date and time of an instant: «30 novembre 2026 à 14 h 30», "November 30, 2026, 2:30 p.m."."""
    if not value:
        return ""
    return f"{day(value)} à {hour(value)}" if _french() else f"{day(value)}, {hour(value)}"


@register.filter
def iso(value: datetime.date | None) -> str:
    """Write a date or instant for tables, exports and `<time datetime>` (ISO 8601, local time, to the minute)."""
    if not value:
        return ""
    local = _local(value)
    return local.isoformat(timespec="minutes") if isinstance(local, datetime.datetime) else local.isoformat()


@register.filter
def iso_day(value: datetime.date | None) -> str:
    """Write the local day of a date or instant for narrow columns: "2026-11-30"."""
    return iso(value)[:10]


@register.filter
def fuzzy_date(value) -> str:
    """Say when something happened, as exactly as it is known (a `cellule.forms.FuzzyDate` or None)."""
    kind = value.kind if value else "unknown"
    if kind == "unknown":
        return "inconnue" if _french() else "unknown"
    if kind == "range":
        if _french():
            return f"entre le {day(value.start)} et le {day(value.end)}"
        return f"between {day(value.start)} and {day(value.end)}"
    return {"day": day, "month": month, "year": lambda start: str(start.year)}[kind](value.start)


@register.filter
def number(value: float | Decimal | None, places: int | None = None) -> str:
    """Write a number with its groups: «1 234 567,5», "1,234,567.5"."""
    if value is None or value == "":
        return ""
    written = number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
    # Django separates French thousands by a narrow space, which some fonts lack; the OQLF accepts the usual one.
    return written.replace("\u202f", NBSP)


@register.filter
def clock(value: str) -> str:
    """Write a time of day kept as "HH:MM": «14 h 30», "2:30 p.m."; the end of the day is «minuit»."""
    if value == "24:00":
        return "minuit" if _french() else "midnight"
    return hour(datetime.time.fromisoformat(value))


@register.filter
def window(value) -> str:
    """Say when somebody may be called (a `cellule.forms.Window` or None): «mardi et jeudi, de 10 h à 11 h»."""
    if not value:
        return ""
    if value.is_any_time:
        return "en tout temps" if _french() else "at any time"
    days = _weekdays([WEEKDAYS[_tongue()][day - 1] for day in value.days], value.days)
    if (value.start, value.end) == ("00:00", "24:00"):
        return f"{days}, toute la journée" if _french() else f"{days}, all day"
    start, end = clock(value.start), clock(value.end)
    return f"{days}, de {start} à {end}" if _french() else f"{days}, from {start} to {end}"


@register.filter
def phone(value: str | None) -> str:
    """Write a stored E.164 number: «514 285-9286», «1 800 567-1234», «+52 55 1234 5678» as it is written there."""
    text = (value or "").strip()
    found = re.fullmatch(r"(\+\d+)(?:;ext=(\d+))?", text)
    if not found:
        return text
    digits, extension = found.groups()
    near = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", digits)
    if near:
        area, exchange, line = near.groups()
        written = f"{area}{NBSP}{exchange}-{line}"
        if area in TOLL_FREE:
            written = f"1{NBSP}{written}"
    else:
        written = _abroad(digits)
    if extension:
        written += f", {'poste' if _french() else 'ext.'}{NBSP}{extension}"
    return written


@register.filter(needs_autoescape=True)
def lines(value: str | None, autoescape: bool = True) -> SafeString:
    """Show plain text as typed: escaped, its line ends kept as `<br>`."""
    parts = str(value or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return format_html_join(SafeString("<br>"), "{}", ((conditional_escape(part),) for part in parts))


def _weekdays(names: list[str], days: tuple[int, ...]) -> str:
    """Name all days, an unbroken row of three or more by its ends, or each."""
    if len(names) == 7:
        return "tous les jours" if _french() else "every day"
    if len(names) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"du {names[0]} au {names[-1]}" if _french() else f"{names[0]} to {names[-1]}"
    if len(names) == 1:
        return names[0]
    # English sets a comma before the last of three or more.
    last = " et " if _french() else (", and " if len(names) > 2 else " and ")
    return ", ".join(names[:-1]) + last + names[-1]


def _abroad(digits: str) -> str:
    try:
        number_ = phonenumbers.parse(digits)
    except phonenumbers.NumberParseException:
        return digits
    return phonenumbers.format_number(number_, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace(" ", NBSP)


def _local(value):
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def _tongue() -> str:
    return "en" if (get_language() or "fr").startswith("en") else "fr"


def _french() -> bool:
    return _tongue() == "fr"


def _ordinal(number_: int) -> str:
    return "1er" if number_ == 1 else str(number_)
