"""The panel beside the directory."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cellule.forms import Form
from referrals.directory import LONGEST, OLDEST, Asked, Facet

# Up to so many answers stand open beneath their question.
_FEW = 5


class SearchForm(Form):
    """The questions of the directory with the answers that are given; they come by address, so it checks nothing."""

    def __init__(self, asked: Asked, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._parameters = {facet.name: facet.parameter for facet in asked.facets}
        for facet in asked.facets:
            self.fields[facet.name] = _field(facet)
            self.initial[facet.name] = asked.answers.get(facet.parameter, "")

    def add_prefix(self, field_name: str) -> str:
        """Addresses are in French."""
        return self._parameters.get(field_name, field_name)


def _field(facet: Facet) -> forms.Field:
    told: dict[str, Any] = {"label": facet.label, "required": False}
    if facet.name == "age":
        box = forms.TextInput({"inputmode": "numeric", "class": "govuk-input--width-3", "maxlength": len(str(OLDEST))})
        return forms.CharField(**told, widget=box)
    if facet.answers is None:
        hint = _("Without accents or as a beginning of a word is fine: “juri” finds “juridique”.")
        return forms.CharField(**told, help_text=hint, widget=forms.TextInput({"maxlength": LONGEST}))
    if len(facet.answers) == 1:
        return forms.MultipleChoiceField(
            **told, choices=list(facet.answers.items()), widget=forms.CheckboxSelectMultiple
        )
    box = forms.RadioSelect if len(facet.answers) < _FEW else forms.Select
    return forms.ChoiceField(**told, choices=[("", _("All")), *facet.answers.items()], widget=box)
