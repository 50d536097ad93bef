"""The form that asks for a case in an emergency."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.reveal import WORDS_LENGTH
from cases.forms.story import StoryForm
from cases.models.codes import EmergencyReason
from cellule import references


class EmergencyForm(StoryForm):
    """Which case, why, and whether a second person is asked for what is secret. The words are for the privacy officer."""

    told = "words"
    field_order = ["reference", "reason", "words", "secret", "confirmed"]

    reference = forms.CharField(
        label=_("Reference of the case"),
        help_text=_("Eight letters and digits, for example 7QK2-M9XD."),
        max_length=40,
    )
    reason = forms.ChoiceField(
        label=_("Why can it not wait?"),
        choices=EmergencyReason,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why it cannot wait.")},
    )
    words = forms.CharField(
        label=_("In your words"),
        help_text=_(
            "What happens, and why nobody who works on the case can do it. Only the privacy officer can read it."
        ),
        widget=forms.Textarea({"rows": 3}),
        max_length=WORDS_LENGTH,
    )
    secret = forms.BooleanField(
        label=_("I also need identity, contact or story: ask a supervisor to agree"),
        required=False,
    )

    def clean_reference(self) -> str:
        try:
            return references.parse(self.cleaned_data["reference"])
        except ValueError:
            raise forms.ValidationError(
                _("Check the reference: eight letters and digits, never O, I, 0 or 1."), code="no_reference"
            ) from None

    @property
    def answers(self) -> dict[str, Any]:
        """What is asked, as the model takes it."""
        told = {name: self.cleaned_data[name] for name in ("reason", "words", "secret")}
        return {"row_id": self.row_id, "asked_for": self.cleaned_data["reference"], **told}
