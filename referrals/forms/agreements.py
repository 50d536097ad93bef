"""Forms of agreements with agencies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cellule.forms import Form, Once, Versioned


def _day(**told: Any) -> forms.DateField:
    invalid = {"invalid": _("Write the date as 2026-03-01, or choose it.")}
    return forms.DateField(**told, error_messages=invalid, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class AgreementForm(Form):
    """What stands on paper."""

    once = Once()
    number = forms.CharField(
        label=_("Number of the agreement"), help_text=_("As it stands on the paper."), max_length=40
    )
    signed_on = _day(
        label=_("Signed on"),
        help_text=_("Leave it empty while a signature is missing: it is then kept as a draft."),
        required=False,
    )
    starts_on = _day(label=_("First day"))
    ends_on = _day(label=_("Last day"), help_text=_("After this day nothing more can be sent to the agency."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and first > last:
            self.add_error("ends_on", _("The last day comes after the first one."))
        return cleaned


class StepForm(Versioned):
    """A step that asks nothing but from which version of the agreement it was decided."""


# What each step does, in a sentence, by its name.
SAYS = {
    "put_in_force": _("From its first to its last day, referrals can be sent to this agency."),
    "suspend": _("Nothing more is sent to this agency until the agreement is resumed."),
    "resume": _("Referrals can be sent to this agency again."),
    "end": _("The agreement ends for good. For further referrals a new one is needed."),
}
