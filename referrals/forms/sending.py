"""Forms of sending: for which case, and what goes into a referral."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.boroughs import BOROUGHS
from cases.forms.story import StoryField, StoryForm
from cases.models import Category
from cellule.forms import Form
from referrals.composing import TICKED, Choice, Ground
from referrals.models.codes import Urgency


class CaseForm(Form):
    """For whom: one of the cases that this person may send from."""

    case = forms.ChoiceField(label=_("For which case?"))

    def __init__(self, *args: Any, cases: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["case"].choices = [("", _("Choose")), *cases]


class ComposeForm(StoryForm):
    """What is asked of the agency, and what goes along: nothing can be ticked that the person has not agreed to."""

    told = "summary"
    once = None
    field_order = ["needs", "urgency", "borough", "parts", "summary", "confirmed"]

    needs = forms.MultipleChoiceField(
        label=_("What is needed?"),
        help_text=_("The agency sees this before it answers."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one need.")},
    )
    urgency = forms.ChoiceField(label=_("How soon is an answer needed?"), choices=Urgency, widget=forms.RadioSelect)
    borough = forms.ChoiceField(
        label=_("In which borough is it needed?"),
        help_text=_("Choose it only if the service depends on it. The agency sees it before it answers."),
        choices=[("", _("Not said")), *((code, name) for code, name in BOROUGHS if code.isdigit())],
        required=False,
    )
    parts = forms.MultipleChoiceField(
        label=_("What goes along?"),
        help_text=_("The agency sees it only after it has accepted."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    summary = StoryField(
        label=_("Summary for this agency"),
        help_text=_(
            "Only what this agency needs to help; it sees it only after it has accepted. Write nothing about"
            " immigration status, permits or papers."
        ),
        required=False,
    )

    def __init__(self, *args: Any, ground: Ground, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["needs"].choices = list(ground.needs.items())
        self.fields["parts"].choices = [(kind.value, Category(kind).label) for kind in ground.parts]
        self.initial = {
            "needs": ground.asked_for,
            "urgency": Urgency.URGENT if ground.urgent else Urgency.NORMAL,
            "parts": [kind.value for kind in ground.parts if kind in TICKED],
            **self.initial,
        }
        if not ground.parts:
            del self.fields["parts"]
        if not ground.may_summarise:
            del self.fields["summary"]

    @property
    def choice(self) -> Choice:
        """What was chosen (valid form)."""
        told = self.cleaned_data
        return Choice(told["needs"], told["urgency"], told["borough"], told.get("parts", ()), told.get("summary", ""))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Every value as it was sent, to carry it over the preview."""
        return [(name, value) for name in self.fields for value in self.data.getlist(name)]
