"""The form of a risk assessment: eight questions that compute nothing, a level, and why."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from cases.forms.story import StoryField, StoryForm
from cases.models.codes import FlagAnswer, RedFlag, RiskLevel
from cellule.forms import UnknownOr
from cellule.forms.unknown import to_json


class FlagField(UnknownOr):
    """One sign of danger, drawn as a row: yes, no, or why there is no answer."""

    def __init__(self, flag: RedFlag) -> None:
        choice = forms.ChoiceField(label=flag.label, choices=FlagAnswer, widget=forms.RadioSelect, required=False)
        super().__init__(choice)
        self.template_name = "cases/risk_flag.html"


class RiskForm(StoryForm):
    """How great the danger is now; earlier answers are not brought back, for each look is a new one."""

    told = "rationale"
    field_order = ["level", "rationale", "confirmed"]

    level = forms.ChoiceField(
        label=_("How great is the danger now?"),
        help_text=_(
            "You decide; the answers above compute nothing. With high or immediate danger the supervisors are told,"
            " and one who does not lead the case countersigns before the support begins."
        ),
        choices=RiskLevel,
        widget=forms.RadioSelect,
    )
    rationale = StoryField(
        label=_("Why?"),
        help_text=_(
            "What you rest it on, so that a colleague understands. Write nothing about immigration status, permits"
            " or papers."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {_name(flag): FlagField(flag) for flag in RedFlag}

    @property
    def signs(self) -> list[BoundField]:
        """The eight questions."""
        return [self[_name(flag)] for flag in RedFlag]

    @property
    def judgement(self) -> list[BoundField]:
        """Level and reasons, and the box that confirms a text."""
        signs = {_name(flag) for flag in RedFlag}
        return [field for field in self.visible_fields() if field.name not in signs]

    @property
    def flags(self) -> dict[str, Any]:
        """The answers by sign as the sealed document holds them; what was left alone is left out (valid form)."""
        answers = {flag.value: to_json(self.cleaned_data[_name(flag)]) for flag in RedFlag}
        return {flag: answer for flag, answer in answers.items() if answer}


def _name(flag: RedFlag) -> str:
    return f"flag_{flag}"
