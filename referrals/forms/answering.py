"""Forms of a referral's steps that ask something first, and of messages. A step without a form is one button."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.story import StoryField, StoryForm
from cellule.forms import Form
from referrals.models.codes import DeclineReason, Outcome

_BOTH_READ = _("The unit reads it too. Write nothing about immigration status, permits or papers.")


class StepForm(Form):
    """What a step asks. `says`: what it does, in a sentence."""

    says: Any = ""

    @property
    def answers(self) -> dict[str, Any]:
        """What the step's method takes, apart from who."""
        return {name: value for name, value in self.cleaned_data.items() if name != "confirmed"}


class WordsForm(StepForm, StoryForm):
    """A step with words for the other side."""

    told = "words"
    once = None


class DeclineForm(WordsForm):
    says = _(
        "The referral disappears from your list at once. The unit looks for another way; nobody else learns of it."
    )
    field_order = ["reason", "words", "confirmed"]
    reason = forms.ChoiceField(label=_("Why do you decline?"), choices=DeclineReason, widget=forms.RadioSelect)
    words = StoryField(label=_("What the unit should know"), help_text=_BOTH_READ, required=False)


class HoldForm(WordsForm):
    says = _("You go on later. The unit reads why.")
    field_order = ["words", "confirmed"]
    words = StoryField(
        label=_("Why does it wait?"), help_text=_("For example: a waiting list, or the person cannot be reached.")
    )


class CompleteForm(WordsForm):
    says = _("You can read this referral for 30 more days at most, to finish your papers.")
    field_order = ["outcome", "words", "confirmed"]
    outcome = forms.ChoiceField(label=_("What came of it?"), choices=Outcome, widget=forms.RadioSelect)
    words = StoryField(label=_("What the unit should know"), help_text=_BOTH_READ, required=False)


class FailForm(WordsForm):
    says = _("The unit looks for another way. You can read this referral for 30 more days at most.")
    field_order = ["words", "confirmed"]
    words = StoryField(label=_("Why can it not be given?"), help_text=_BOTH_READ)


class RecallForm(StepForm):
    says = _("The agency’s access ends at once. What it has read already cannot be taken back.")


class ErrorForm(StepForm):
    says = _("It went to the wrong agency, or is about the wrong person. The agency’s access ends at once.")


class EndAccessForm(StepForm):
    says = _("The agency cannot read this referral any more.")


class MessageForm(StoryForm):
    """A question or an answer to the other side."""

    told = "words"
    field_order = ["words", "confirmed"]
    words = StoryField(
        label=_("Your message"),
        help_text=_("Both sides read it. Write no name, and nothing about immigration status, permits or papers."),
    )


# By the name of the step.
FORMS: dict[str, type[StepForm]] = {
    "decline": DeclineForm,
    "hold": HoldForm,
    "complete": CompleteForm,
    "fail": FailForm,
    "recall": RecallForm,
    "mark_error": ErrorForm,
    "end_access": EndAccessForm,
}
