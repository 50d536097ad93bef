"""What a privacy officer says to keep entries: why, and of which case or period."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.log.models import Hold
from audit.review.forms import YEARS, midnight
from cellule import references
from cellule.forms import Form, Once


class HoldForm(Form):
    """Either everything about one case, or everything of a period."""

    once = Once()
    reason = forms.ChoiceField(
        label=_("Who needs these entries?"),
        choices=Hold.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who needs these entries.")},
    )
    reference = forms.CharField(
        label=_("Reference of a case"),
        help_text=_("Everything about it is kept, its referrals too. Leave it empty to keep a period."),
        max_length=12,
        required=False,
    )
    start = forms.DateField(
        label=_("From"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), validators=YEARS, required=False
    )
    end = forms.DateField(
        label=_("To (included)"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        validators=YEARS,
        required=False,
    )

    def clean_reference(self) -> str:
        typed = self.cleaned_data["reference"]
        try:
            return references.parse(typed) if typed else ""
        except ValueError:
            raise forms.ValidationError(_("This is not a reference of a case. Check its letters.")) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if self.errors:
            return cleaned
        if cleaned["reference"] and (start or end):
            self.add_error("start", _("Give the reference of a case or a period, not both."))
        elif not cleaned["reference"] and not (start and end):
            self.add_error("reference", _("Give the reference of a case, or the first and the last day of a period."))
        elif start and end and end < start:
            self.add_error("end", _("The period ends before it starts. Give a later last day."))
        return cleaned

    @property
    def told(self) -> dict[str, Any]:
        """The columns of the hold (valid form)."""
        cleaned = self.cleaned_data
        return {
            "reason": cleaned["reason"],
            "reference": cleaned["reference"],
            "start": midnight(cleaned["start"]),
            "end": midnight(cleaned["end"], days_later=1),
        }
