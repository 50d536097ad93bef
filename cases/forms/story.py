"""Forms with one long text: logging an incident, writing a note."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.boroughs import BOROUGHS
from cases.incident_types import incident_type_choices
from cases.mentions import mentions_of_status
from cellule.forms import Form, FuzzyDateField, Once

TEXT_LENGTH = 20_000


class StoryField(forms.CharField):
    """A long text in any script. A line end counts as one character, as it does in the browser."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": 10}), max_length=TEXT_LENGTH, **kwargs)

    def to_python(self, value: Any) -> str:
        return super().to_python(str(value or "").replace("\r\n", "\n"))


class StoryForm(Form):
    """A form with one long text (`told` names it), which is questioned once when it seems to hold a status."""

    told = ""

    once = Once()
    confirmed = forms.BooleanField(label=_("I have read it again: these words must stay"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mentions: list[str] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.mentions = mentions_of_status(cleaned.get(self.told, ""))
        if self.mentions and not cleaned.get("confirmed"):
            self.add_error(
                self.told,
                forms.ValidationError(
                    _(
                        "You wrote: %(mentions)s. Take out whatever tells of a status, a permit or a social insurance"
                        " number; or, if these words must stay, tick the box under the text."
                    ),
                    code="mentions_status",
                    params={"mentions": " · ".join(self.mentions)},
                ),
            )
        return cleaned

    def visible_fields(self) -> list[forms.BoundField]:
        """The box that confirms is there only once there is something to confirm."""
        return [field for field in super().visible_fields() if field.name != "confirmed" or self.mentions]


class Questioned(StoryForm):
    """A form with several texts (`texts` names them), each of which is questioned when it seems to hold a status."""

    texts: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        mentions: list[str] = []
        for name in self.texts:
            self.told = name
            cleaned = super().clean()
            mentions += self.mentions
        self.mentions = mentions
        return cleaned


_IN_THEIR_WORDS = _(
    "In the person’s own words, in any language. Write nothing about immigration status, permits or papers."
)


class IncidentForm(StoryForm):
    """What happened, when and where, as far as the person wants to tell it."""

    told = "narrative"
    field_order = ["kind", "happened", "borough", "narrative", "confirmed"]

    kind = forms.ChoiceField(
        label=_("What kind of incident?"), choices=lambda: [("", _("Choose")), *incident_type_choices()]
    )
    happened = FuzzyDateField(label=_("When did it happen?"))
    borough = forms.ChoiceField(label=_("Where did it happen?"), choices=[("", _("Choose")), *BOROUGHS])
    narrative = StoryField(label=_("What happened"), help_text=_IN_THEIR_WORDS)


class NoteForm(StoryForm):
    """A note, which cannot be changed once it is saved."""

    told = "body"
    field_order = ["body", "confirmed"]

    body = StoryField(
        label=_("Note"),
        help_text=_("A saved note cannot be changed. Write nothing about immigration status, permits or papers."),
    )


class AmendmentForm(StoryForm):
    """What a saved note lacks or gets wrong; the note itself stays as it is."""

    told = "body"
    field_order = ["reason", "body", "confirmed"]

    reason = forms.CharField(
        label=_("Why is the note amended?"),
        help_text=_("For example: a date was wrong, the person told more."),
        max_length=200,
    )
    body = StoryField(
        label=_("What is to be added or corrected"),
        help_text=_(
            "It cannot be changed once it is saved. Write nothing about immigration status, permits or papers."
        ),
    )
