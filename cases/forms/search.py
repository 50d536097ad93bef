"""What somebody looks for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.search.spelling import digits_of, words_of
from cellule.forms import Form


class SearchForm(Form):
    """One box for names, a part of a number, or a code."""

    asked = forms.CharField(
        label=_("Name, telephone number or code"),
        help_text=_(
            "Any name the person goes by, in any order and any script; accents do not matter. Or at least four digits"
            " of a telephone number, or the code of the case."
        ),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_asked(self) -> str:
        asked = self.cleaned_data["asked"]
        if not (words_of(asked) or digits_of(asked)):
            raise forms.ValidationError(_("Write a name, at least four digits, or the code of a case."))
        return asked
