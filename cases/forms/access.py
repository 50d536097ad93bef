"""Forms about who opened a case: whose acts to look at, and a list for the person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.access_list import AccessPurpose
from cellule.forms import Form, Once


class AccessFilterForm(Form):
    """Whose acts are shown; it comes back by address, with an opaque id."""

    person = forms.ChoiceField(label=_("Person"), required=False)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", _("Everybody")), *people]

    def add_prefix(self, field_name: str) -> str:
        """Addresses are in French."""
        return "personne"


class AccessListForm(Form):
    """In which language the person reads, and for whom the list is."""

    once = Once()
    tongue = forms.ChoiceField(
        label=_("In which language?"),
        choices=[("fr", "Français"), ("en", "English")],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the language of the list.")},
    )
    purpose = forms.ChoiceField(
        label=_("Whom is it for?"),
        choices=AccessPurpose.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whom the list is for.")},
    )
