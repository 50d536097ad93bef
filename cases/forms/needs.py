"""The form of needs: several at once, each urgent or not."""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.forms.story import StoryField, StoryForm
from cases.models.codes import NeedKind


@dataclass(frozen=True)
class TickedNeed:
    """One need of the form, with the key under which it is stored however often the form is sent."""

    row_id: uuid.UUID
    kind: NeedKind
    urgent: bool
    words: str


class NewNeedsForm(StoryForm):
    """What the person needs now."""

    told = "words"
    field_order = ["kinds", "confirmed"]

    kinds = forms.MultipleChoiceField(
        label=_("What does the person need?"),
        help_text=_("Tick all that are true today. More can be added at any time."),
        choices=NeedKind,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one need, or go back if there is none.")},
    )
    words = StoryField(label=_("What is it?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].widget.attrs["rows"] = 3
        for kind in NeedKind:
            label = format_lazy(_("Urgent: {need}"), need=kind.label)
            self.fields[_urgent(kind)] = forms.BooleanField(label=label, required=False)
        self.reveals = {"kinds": {kind.value: [_urgent(kind)] for kind in NeedKind}}
        self.reveals["kinds"][NeedKind.OTHER.value].insert(0, "words")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        ticked = cleaned.get("kinds", [])
        if NeedKind.OTHER not in ticked and self.has_error("words", "required"):
            del self.errors["words"]
            cleaned["words"] = ""
        if "kinds" not in cleaned:
            return cleaned
        if NeedKind.OTHER not in ticked and cleaned.get("words"):
            self._say("kinds", _("You wrote what else is needed. Tick “Something else”, or take the text out."))
        for kind in NeedKind:
            if kind not in ticked and cleaned.get(_urgent(kind)):
                self._say(_urgent(kind), _("You ticked that it is urgent. Tick the need too, or untick this."))
        return cleaned

    @property
    def ticked(self) -> list[TickedNeed]:
        """The needs in the order of the list (valid form)."""
        told = self.cleaned_data
        return [
            TickedNeed(
                uuid.uuid5(self.row_id, kind),
                kind,
                told[_urgent(kind)],
                told["words"] if kind == NeedKind.OTHER else "",
            )
            for kind in NeedKind
            if kind in told["kinds"]
        ]

    def _say(self, name: str, text: Any) -> None:
        self.add_error(name, forms.ValidationError(text, code="contradicts"))


def _urgent(kind: NeedKind) -> str:
    return f"urgent_{kind}"
