"""Answers that may be missing for a reason: not known, not told, or to be asked later. Each is stored as itself."""

import copy
import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cellule.forms.fuzzy_date import FuzzyDate
from cellule.forms.window import Window
from cellule.templatetags import typography


class Unknown(StrEnum):
    """Why a question has no answer."""

    DONT_KNOW = "dont_know"
    DECLINED = "declined"
    LATER = "later"

    @property
    def label(self) -> str | Promise:
        """The words a person chooses."""
        return _LABELS[self]


_LABELS = {
    Unknown.DONT_KNOW: _("Does not know"),
    Unknown.DECLINED: _("Prefers not to answer"),
    Unknown.LATER: _("To ask later"),
}
# In a group of radio buttons the reasons stand among the choices, whose own values never begin like this.
_MARK = "unknown-"


class Typed(NamedTuple):
    """What was typed or ticked, as it was: the wrapped widget's own value and the reason, each may be empty."""

    answer: Any
    unknown: str


class UnknownOrInput(forms.Widget):
    """The widget of a question, followed by the reasons why it may have no answer."""

    def __init__(self, answer: forms.Widget) -> None:
        self.answer = answer
        super().__init__(answer.attrs)
        self.use_fieldset = answer.use_fieldset

    @property
    def attrs(self) -> dict[str, Any]:
        """Those of the wrapped widget: what a form sets on the field reaches the box itself."""
        return self.answer.attrs

    @attrs.setter
    def attrs(self, attrs: dict[str, Any]) -> None:
        self.answer.attrs = attrs

    @property
    def is_one_group(self) -> bool:
        """Whether the reasons are radio buttons among those of the choices."""
        return isinstance(self.answer, forms.RadioSelect) and not self.answer.allow_multiple_selected

    def reasons(self, name: str, auto_id: str, chosen: str) -> list[dict[str, Any]]:
        """Give the radio buttons beside the box; the last, empty one takes the choice back without JavaScript."""
        if self.is_one_group:
            return []
        choices = [*((reason.value, reason.label) for reason in Unknown), ("", _("None of these"))]
        return [
            {"id": f"{auto_id}-unknown_{at}", "value": value, "label": label, "checked": value == chosen}
            for at, (value, label) in enumerate(choices)
        ]

    def value_from_datadict(self, data: Mapping, files: Any, name: str) -> Typed:
        answer = self.answer.value_from_datadict(data, files, name)
        if not self.is_one_group:
            return Typed(answer, _reason(data.get(f"{name}-unknown")))
        reason = _reason(answer.removeprefix(_MARK)) if str(answer or "").startswith(_MARK) else ""
        return Typed(None, reason) if reason else Typed(answer, "")

    def value_omitted_from_data(self, data: Mapping, files: Any, name: str) -> bool:
        return self.answer.value_omitted_from_data(data, files, name) and f"{name}-unknown" not in data

    def render(self, name: str, value: Typed, attrs: dict | None = None, renderer: Any = None) -> str:
        return self.answer.render(name, value.answer, attrs, renderer)

    def subwidgets(self, name: str, value: Typed, attrs: dict | None = None) -> Iterator[dict[str, Any]]:
        """Give the wrapped widget's choices; in one group of radio buttons the reasons follow them."""
        choices = list(self.answer.subwidgets(name, value.answer, attrs))
        yield from choices
        if self.is_one_group:
            full = self.answer.build_attrs(self.answer.attrs, attrs)
            for at, reason in enumerate(Unknown, start=len(choices)):
                selected = reason == value.unknown
                option = self.answer.create_option(name, _MARK + reason, reason.label, selected, at, attrs=full)
                yield {**option, "follows_divider": at == len(choices)}

    def id_for_label(self, id_: str) -> str:
        return self.answer.id_for_label(id_)

    def first_id(self, auto_id: str) -> str:
        """Give the id that a link to this question leads to."""
        if hasattr(self.answer, "first_id"):
            return self.answer.first_id(auto_id)
        return self.answer.id_for_label(auto_id) or f"{auto_id}_0"


class UnknownOr(forms.Field):
    """Gives what the wrapped field gives, or an `Unknown`. Whether an answer is required is said by the wrapped field.

    Wraps any field with one widget, not a single check box.
    """

    default_error_messages = {"both": _("Give an answer or say why there is none, not both.")}

    def __init__(self, field: forms.Field) -> None:
        self.field = field
        super().__init__(
            required=field.required,
            label=field.label,
            help_text=field.help_text,
            initial=field.initial,
            disabled=field.disabled,
            widget=UnknownOrInput(field.widget),
        )
        self.field.required = False

    def __deepcopy__(self, memo: dict) -> "UnknownOr":
        copied = super().__deepcopy__(memo)
        copied.field = copy.deepcopy(self.field, memo)
        copied.widget = UnknownOrInput(copied.field.widget)
        return copied

    @property
    def max_length(self) -> int | None:
        """How many characters the wrapped field takes."""
        return getattr(self.field, "max_length", None)

    def prepare_value(self, value: Any) -> Typed:
        if isinstance(value, Typed):
            return Typed(self.field.prepare_value(value.answer), value.unknown)
        if isinstance(value, Unknown):
            return Typed(self.field.prepare_value(None), value.value)
        return Typed(self.field.prepare_value(value), "")

    def clean(self, value: Typed) -> Any:
        is_answered = _is_answered(value.answer)
        if value.unknown:
            if is_answered:
                raise forms.ValidationError(self.error_messages["both"], code="both")
            return Unknown(value.unknown)
        if self.required and not is_answered:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return self.field.clean(value.answer)

    def has_changed(self, initial: Any, data: Typed) -> bool:
        if data.unknown or isinstance(initial, Unknown):
            return data.unknown != initial or _is_answered(data.answer)
        return self.field.has_changed(initial, data.answer)


def to_json(value: Any) -> Any:
    """Give an answer as it stands in a sealed JSON document: a plain value, or `{"unknown": "later"}`."""
    if isinstance(value, Unknown):
        return {"unknown": value.value}
    return value.to_json() if hasattr(value, "to_json") else value


def from_json(stored: Any, read: Callable[[Any], Any] | None = None) -> Any:
    """Read what `to_json` gave; `read` makes a value of its own kind, as `Window.from_json` does. ValueError."""
    if isinstance(stored, dict) and stored.keys() == {"unknown"}:
        return Unknown(stored["unknown"])
    return read(stored) if read and stored is not None else stored


def shown(value: Any, field: forms.Field | None = None) -> str:
    """Write an answer as text for a page, in the words of its form field's choices; nothing (`""`) when left empty."""
    if isinstance(value, Unknown):
        return str(value.label)
    inner = getattr(field, "field", field)
    if value is not None and hasattr(inner, "shown"):
        return inner.shown(value)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, FuzzyDate | Window | datetime.date):
        return _DATED[type(value)](value)
    words = {str(key): text for key, text in _flat(getattr(inner, "choices", ()))} if _is_answered(value) else {}
    many = value if isinstance(value, list | tuple | set | frozenset) else [value]
    return ", ".join(str(words.get(str(one), one)) for one in many if one not in (None, ""))


_DATED = {
    FuzzyDate: typography.fuzzy_date,
    Window: typography.window,
    datetime.date: typography.day,
    datetime.datetime: typography.moment,
}


def _flat(choices: Iterable) -> Iterator[tuple[Any, Any]]:
    for key, text in choices:
        if isinstance(text, list | tuple):
            yield from text
        else:
            yield key, text


def _reason(text: Any) -> str:
    return text if text in set(Unknown) else ""


def _is_answered(typed: Any) -> bool:
    if isinstance(typed, dict):
        return any(map(_is_answered, typed.values()))
    if isinstance(typed, list | tuple | set | frozenset):
        return any(map(_is_answered, typed))
    return bool(typed.strip()) if isinstance(typed, str) else typed is not None
