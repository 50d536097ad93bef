"""When somebody may be called: days of the week between two hours, or at any time."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from cellule.templatetags.typography import clock

TIME_ZONE = ZoneInfo("America/Toronto")
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


@dataclass(frozen=True)
class Window:
    """ISO weekdays (Monday is 1) and hours as "HH:MM", the same hours on each day. ValueError when they contradict."""

    days: tuple[int, ...]
    start: str
    end: str

    def __post_init__(self) -> None:
        if not self.days or list(self.days) != sorted(set(self.days)) or not set(self.days) <= set(EVERY_DAY):
            raise ValueError("the days are some of 1 to 7, each once, in their order")
        if not (_CLOCK.fullmatch(self.start) and _CLOCK.fullmatch(self.end) and self.start < self.end):
            raise ValueError("the hours are HH:MM, the first before the last")

    @property
    def is_any_time(self) -> bool:
        """Whether it is open on every day, all day."""
        return self == ANY_TIME

    def holds(self, moment: datetime.datetime) -> bool:
        """Whether this instant lies in it by Montréal's clocks, the last minute excluded. ValueError when naive."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        here = moment.astimezone(TIME_ZONE)
        return here.isoweekday() in self.days and self.start <= f"{here:%H:%M}" < self.end

    def to_json(self) -> dict[str, Any]:
        """Give the value as plain JSON, to be sealed."""
        return {"days": list(self.days), "start": self.start, "end": self.end}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Window":
        """Read what `to_json` gave (ValueError, KeyError or TypeError when it is something else)."""
        return cls(tuple(stored["days"]), stored["start"], stored["end"])


ANY_TIME = Window(EVERY_DAY, "00:00", "24:00")

_DAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
_HOURS = {"start": _("From"), "end": _("Until")}
_NAMED = {"midi": "12:00", "noon": "12:00", "minuit": "24:00", "midnight": "24:00"}


class WindowInput(forms.Widget):
    """Any time, or boxes for days and hours; without JavaScript all are there."""

    template_name = "django/forms/widgets/window.html"
    use_fieldset = True

    def first_id(self, auto_id: str) -> str:
        return f"{auto_id}_0"

    def id_for_label(self, id_: str) -> str:
        return ""

    def value_from_datadict(self, data: Mapping, files: Any, name: str) -> dict[str, Any]:
        """Give everything as typed, also what belongs to another answer than the chosen one."""
        days = data.getlist(f"{name}-days") if hasattr(data, "getlist") else data.get(f"{name}-days", [])
        typed = {key: str(data.get(f"{name}-{key}") or "").strip() for key in ("kind", "start", "end")}
        return {**typed, "days": [str(day) for day in days]}

    def value_omitted_from_data(self, data: Mapping, files: Any, name: str) -> bool:
        return not any(f"{name}-{key}" in data for key in ("kind", "days", "start", "end"))

    def get_context(self, name: str, value: dict[str, Any] | None, attrs: dict | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed, id_ = value or {}, context["widget"]["attrs"].get("id", name)
        kinds = [("any", _("At any time")), ("these", _("Only on these days, between these hours"))]
        context["widget"]["kinds"] = [
            {"value": kind, "label": label, "id": f"{id_}_{at}", "checked": typed.get("kind") == kind}
            for at, (kind, label) in enumerate(kinds)
        ]
        context["widget"]["days"] = [
            {"value": day, "label": label, "id": f"{id_}_day_{day}", "checked": str(day) in typed.get("days", ())}
            for day, label in zip(EVERY_DAY, _DAYS, strict=True)
        ]
        context["widget"]["hours"] = [
            {"name": f"{name}-{key}", "label": label, "id": f"{id_}_{key}", "value": typed.get(key, "")}
            for key, label in _HOURS.items()
        ]
        return context


class WindowField(forms.Field):
    """Gives a Window, `ANY_TIME` for any time; None only when not required and left alone."""

    widget = WindowInput
    default_error_messages = {
        "required": _("Choose “At any time”, or say on which days and between which hours."),
        "days": _("Tick at least one day."),
        "hours": _("Write both hours, as 9 h, 14 h 30 or 14:30."),
        "order": _("The last hour is before the first one, or the same. Correct one of them."),
    }

    def prepare_value(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, Window):
            return value or {}
        if value.is_any_time:
            return {"kind": "any"}
        hours = {key: clock(getattr(value, key)) for key in _HOURS}
        return {"kind": "these", "days": [str(day) for day in value.days], **hours}

    def clean(self, value: dict[str, Any]) -> Window | None:
        kind = value.get("kind", "")
        if kind == "any":
            return ANY_TIME
        days = sorted({int(day) for day in value.get("days", ()) if day in map(str, EVERY_DAY)})
        typed = [value.get(key, "") for key in _HOURS]
        if kind != "these" and not days and not any(typed):
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        if not days:
            raise self._fault("days", "day_1")
        start, end = map(_hour, typed)
        if not start or not end:
            raise self._fault("hours", "end" if start else "start")
        # A day ends at midnight, however that is written, and begins there too.
        start, end = start.replace("24:00", "00:00"), "24:00" if end == "00:00" else end
        if start >= end:
            raise self._fault("order", "end")
        return Window(tuple(days), start, end)

    def has_changed(self, initial: Window | None, data: dict[str, Any]) -> bool:
        try:
            return self.clean(data) != initial
        except forms.ValidationError:
            return True

    def _fault(self, code: str, box: str) -> forms.ValidationError:
        """Say what is wrong and in which box, so that the summary leads there."""
        return forms.ValidationError(self.error_messages[code], code=code, params={"box": box})


def _hour(typed: str) -> str:
    """Read «9 h», «9h30», «14 h 5», "14:30", "2:30 p.m." or a name as HH:MM; nothing for anything else."""
    text = typed.casefold().replace("\u00a0", " ").replace("\u202f", " ").strip()
    if text in _NAMED:
        return _NAMED[text]
    found = re.fullmatch(r"(\d{1,2})\s*(?:(?:h|heures?)\s*(\d{1,2})?|:\s*(\d{2}))?\s*(a|p)?\.?\s*(?:m\.?)?", text)
    if not found or not text.isascii() or (text.endswith(("m", "m.")) and not found[4]):
        return ""
    hour, minute = int(found[1]), int(found[2] or found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            return ""
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    written = f"{hour:02}:{minute:02}"
    return written if _CLOCK.fullmatch(written) else ""
