"""The panel beside a list of cases."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.filters import Chosen, Filter
from cellule.forms import Form

# Up to so many answers stand open beneath their question.
_FEW = 6


class FilterForm(Form):
    """The questions of one list with the answers that are chosen; answers come back by address, so it checks nothing."""

    def __init__(self, chosen: Chosen, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._parameters = {each.name: each.parameter for each in chosen.filters}
        for each in chosen.filters:
            codes = chosen.codes.get(each.parameter, ())
            self.fields[each.name] = _field(each)
            self.initial[each.name] = list(codes) if each.many else next(iter(codes), "")

    def add_prefix(self, field_name: str) -> str:
        """Addresses are in French."""
        return self._parameters.get(field_name, field_name)


def _field(each: Filter) -> forms.ChoiceField:
    told: dict[str, Any] = {"label": each.label, "required": False}
    if each.many:
        hint = _("Nothing ticked: all that are open.") if each.name == "stage" else ""
        box = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(**told, choices=list(each.answers.items()), widget=box, help_text=hint)
    box = forms.RadioSelect if len(each.answers) < _FEW else forms.Select
    return forms.ChoiceField(**told, choices=[("", _("All")), *each.answers.items()], widget=box)
