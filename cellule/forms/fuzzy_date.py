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


class FuzzyDateField(forms.Field):
    """Gives a FuzzyDate; None only when not required and left alone. Days to come are refused."""

    widget = FuzzyDateInput
    default_error_messages = {
        "required": _("Say when it happened, or choose “Not known”."),
        "no_date": _("There is no such date. Check day, month and year; write the year with four digits."),
        "too_early": _("The year is before 1900. Check it, or choose “Not known”."),
        "future": _("This date is still to come. Give the day it happened, or choose “Not known”."),
        "order": _("The last day is before the first one. Swap them or correct one."),
    }

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
        numbers = [_number(typed.get(part, "")) for part in PARTS[kind]]
        if kind == FuzzyKind.DAY:
            start = end = self._date(*numbers)
        elif kind == FuzzyKind.MONTH:
            start = self._date(1, *numbers)
            end = start.replace(day=calendar.monthrange(start.year, start.month)[1])
        elif kind == FuzzyKind.YEAR:
            start = self._date(1, 1, *numbers)
            end = start.replace(month=12, day=31)
        else:
            start, end = self._date(*numbers[:3]), self._date(*numbers[3:])
            if end < start:
                raise forms.ValidationError(self.error_messages["order"], code="order")
        # A month or year that has begun is no date to come; the last day of a range must have come.
        if (end if kind == FuzzyKind.RANGE else start) > timezone.localdate():
            raise forms.ValidationError(self.error_messages["future"], code="future")
        return FuzzyDate(kind, start, end)

    def _date(self, day: int, month: int, year: int) -> datetime.date:
        if 999 < year < _EARLIEST_YEAR:
            raise forms.ValidationError(self.error_messages["too_early"], code="too_early")
        try:
            if year < _EARLIEST_YEAR:
                raise ValueError
            return datetime.date(year, month, day)
        except (ValueError, OverflowError):
            raise forms.ValidationError(self.error_messages["no_date"], code="no_date") from None


def _dates(name: str, id_: str, parts: tuple[str, ...], typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Group the boxes of one answer into its dates."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        box = {
            "name": f"{name}-{part}",
            "id": f"{id_}_{part}",
            "value": typed.get(part, ""),
            "label": {"day": _("Day"), "month": _("Month"), "year": _("Year")}[part.rsplit("_", 1)[1]],
            "width": 4 if part.endswith("year") else 2,
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
