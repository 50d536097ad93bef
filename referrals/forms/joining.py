"""The form that ties an agency of the directory to the people who answer for it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cellule.accounts.models import Organisation
from cellule.forms import Form


class ConnectForm(Form):
    """Which partner organisation, out of those that answer for no agency yet."""

    organisation = forms.ModelChoiceField(
        label=_("Whose people answer for this agency?"),
        queryset=Organisation.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"invalid_choice": _("This organisation is not free any more. Choose from the list.")},
    )
    is_sure = forms.BooleanField(label=_("I have checked that both are the same body"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = Organisation.objects.filter(zone=Organisation.Zone.PARTNER, agency=None)
        self.fields["organisation"].queryset = free
