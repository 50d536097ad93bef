"""When something happened, as exactly as the person knows it: a day, a month, a year, between two days, unknown."""

import calendar
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cellule.forms.renderer import Place
from cellule.templatetags.typography import MONTHS


class FuzzyKind(StrEnum):
    """How exactly a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    RANGE = "range"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class FuzzyDate:
    """The first and the last day it may have been; both None when unknown. ValueError when they contradict."""

    kind: FuzzyKind
    start: datetime.date | None = None
    end: datetime.date | None = None

    def __post_init__(self) -> None:
        if (self.kind == FuzzyKind.UNKNOWN) != (self.start is None) or (self.start is None) != (self.end is None):
            raise ValueError("an unknown date has no days, any other has both")
        if (
            self.start
            and self.end
            and (self.end < self.start or (self.kind == FuzzyKind.DAY and self.start != self.end))
        ):
            raise ValueError("the days contradict each other")

    def to_json(self) -> dict[str, str]:
        """Give the value as text only, to be sealed or stored as JSON."""
        if self.start is None or self.end is None:
            return {"kind": self.kind.value}
        return {"kind": self.kind.value, "start": self.start.isoformat(), "end": self.end.isoformat()}

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> "FuzzyDate":
        """Read what `to_json` gave (ValueError or KeyError when it is something else)."""
        start, end = (datetime.date.fromisoformat(stored[key]) if key in stored else None for key in ("start", "end"))
        return cls(FuzzyKind(stored["kind"]), start, end)


# Which boxes belong to which answer; a range has two dates.
PARTS = {
    FuzzyKind.DAY: ("on_day", "on_month", "on_year"),
    FuzzyKind.MONTH: ("in_month", "in_month_year"),
    FuzzyKind.YEAR: ("in_year",),
    FuzzyKind.RANGE: ("from_day", "from_month", "from_year", "to_day", "to_month", "to_year"),
    FuzzyKind.UNKNOWN: (),
}
_LABELS = {
    FuzzyKind.DAY: _("On this day"),
    FuzzyKind.MONTH: _("In this month"),
    FuzzyKind.YEAR: _("In this year"),
    FuzzyKind.RANGE: _("Between two days"),
    FuzzyKind.UNKNOWN: _("Not known"),
}
_GROUPS = {"from": _("First day it may have been"), "to": _("Last day it may have been")}
_UNITS = ("day", "month", "year")
# In characters; months have names in two languages.
_WIDTHS = {"day": 2, "month": 10, "year": 4}
_EARLIEST_YEAR = 1900


class FuzzyDateInput(forms.Widget):
    """Radio buttons that open the boxes of their answer; without JavaScript all boxes are there."""

    template_name = "django/forms/widgets/fuzzy_date.html"
    use_fieldset = True

    def first_id(self, auto_id: str) -> str:
        return f"{auto_id}_0"

    def id_for_label(self, id_: str) -> str:
        return ""

    def value_from_datadict(self, data: Mapping, files: Any, name: str) -> dict[str, str]:
        """Give everything as typed, also what belongs to another answer than the chosen one."""
        keys = ["kind", *(part for parts in PARTS.values() for part in parts)]
        return {key: str(data.get(f"{name}-{key}") or "").strip() for key in keys}

    def value_omitted_from_data(self, data: Mapping, files: Any, name: str) -> bool:
        return f"{name}-kind" not in data

    def get_context(self, name: str, value: dict[str, str] | None, attrs: dict | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed, id_ = value or {}, context["widget"]["attrs"].get("id", name)
        context["widget"]["answers"] = [
            {
                "value": kind.value,
                "label": _LABELS[kind],
                "id": f"{id_}_{number}",
                "checked": typed.get("kind") == kind.value,
                "dates": _dates(name, id_, PARTS[kind], typed),
            }
            for number, kind in enumerate(FuzzyKind)
        ]
        return context


class FuzzyDatePlace(Place):
    """A date in its place on a page."""

    @property
    def first_id(self) -> str:
        """The id of the box that is to be changed, or of the first answer when none was chosen."""
        boxes = [error.params["box"] for error in self.errors.as_data() if error.params]
        return f"{self.auto_id or self.html_name}_{boxes[0]}" if boxes else super().first_id


class FuzzyDateField(forms.Field):
    """Gives a FuzzyDate; None only when not required and left alone. Days to come are refused."""

    widget = FuzzyDateInput
    bound_field_class = FuzzyDatePlace
    default_error_messages = {
        "required": _("Say when it happened, or choose “Not known”."),
        "no_date": _("There is no such date. Check day, month and year; write the year with four digits."),
        "too_early": _("The year is before 1900. Check it, or choose “Not known”."),
        "future": _("This date is still to come. Give the day it happened, or choose “Not known”."),
        "order": _("The last day is before the first one. Swap them or correct one."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("For the month, a number or a name will do."))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> dict[str, str]:
        if isinstance(value, FuzzyDate):
            return _typed(value)
        return value or {}

    def clean(self, value: dict[str, str]) -> FuzzyDate | None:
        kind = value.get("kind", "")
        if kind not in set(FuzzyKind):
            if self.required or any(value.values()):
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        return self._fuzzy(FuzzyKind(kind), value)

    def has_changed(self, initial: FuzzyDate | None, data: dict[str, str]) -> bool:
        try:
            return self.clean(data) != initial
        except forms.ValidationError:
            return True

    def _fuzzy(self, kind: FuzzyKind, typed: dict[str, str]) -> FuzzyDate:
        if kind == FuzzyKind.UNKNOWN:
            return FuzzyDate(kind)
        # A month and a year have one date; a range has two.
        first, last = _boxes(PARTS[kind][:3]), _boxes(PARTS[kind][-3:])
        start = end = self._date(typed, first)
        if kind == FuzzyKind.MONTH:
            end = start.replace(day=calendar.monthrange(start.year, start.month)[1])
        elif kind == FuzzyKind.YEAR:
            end = start.replace(month=12, day=31)
        elif kind == FuzzyKind.RANGE:
            end = self._date(typed, last)
            if end < start:
                raise self._fault("order", last[_differ_in(start, end)])
        # A month or year that has begun is no date to come; the last day of a range must have come.
        day, today = end if kind == FuzzyKind.RANGE else start, timezone.localdate()
        if day > today:
            raise self._fault("future", last[_differ_in(day, today)])
        return FuzzyDate(kind, start, end)

    def _date(self, typed: dict[str, str], boxes: dict[str, str]) -> datetime.date:
        """Read one date from its boxes; it begins with its month, or with its year, when it has no others."""
        day, month, year = (_number(typed.get(boxes[unit], "")) if unit in boxes else 1 for unit in _UNITS)
        if 999 < year < _EARLIEST_YEAR:
            raise self._fault("too_early", boxes["year"])
        possible = {"day": 1 <= day <= 31, "month": 1 <= month <= 12, "year": year >= _EARLIEST_YEAR}
        wrong = next((unit for unit in _UNITS if not possible[unit]), "")
        if not wrong and day > calendar.monthrange(year, month)[1]:
            wrong = "day"
        if wrong:
            raise self._fault("no_date", boxes[wrong])
        return datetime.date(year, month, day)

    def _fault(self, code: str, box: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code, params={"box": box})


def _boxes(parts: tuple[str, ...]) -> dict[str, str]:
    """The boxes of one date by what is typed there; what is missing is missing at the front."""
    return dict(zip(_UNITS[-len(parts) :], parts, strict=True))


def _differ_in(one: datetime.date, other: datetime.date) -> str:
    """The largest part in which two days differ: the one to look at first."""
    return next(unit for unit in reversed(_UNITS) if getattr(one, unit) != getattr(other, unit))


def _dates(name: str, id_: str, parts: tuple[str, ...], typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Group the boxes of one answer into its dates."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        unit = part.rsplit("_", 1)[1]
        box = {
            "name": f"{name}-{part}",
            "id": f"{id_}_{part}",
            "value": typed.get(part, ""),
            "label": {"day": _("Day"), "month": _("Month"), "year": _("Year")}[unit],
            "width": _WIDTHS[unit],
        }
        groups.setdefault(part.split("_", 1)[0], []).append(box)
    return [{"legend": _GROUPS.get(group, ""), "boxes": boxes} for group, boxes in groups.items()]


def _typed(value: FuzzyDate) -> dict[str, str]:
    """Write a value as it would have been typed."""
    days = [f"{part}" for date in (value.start, value.end) if date for part in (date.day, date.month, date.year)]
    numbers = {
        FuzzyKind.DAY: days[:3],
        FuzzyKind.MONTH: days[1:3],
        FuzzyKind.YEAR: days[2:3],
        FuzzyKind.RANGE: days,
        FuzzyKind.UNKNOWN: [],
    }[value.kind]
    return {"kind": value.kind.value, **dict(zip(PARTS[value.kind], numbers, strict=True))}


def _number(text: str) -> int:
    """Read a number or a month's name in either language; 0, which no date has, for anything else."""
    if text.isascii() and text.isdigit() and len(text) <= 4:
        return int(text)
    names = (name for table in MONTHS.values() for name in table)
    return next((index % 12 + 1 for index, name in enumerate(names) if name.casefold() == text.casefold()), 0)
