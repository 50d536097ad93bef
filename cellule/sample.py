"""Forms that hold every kind of field, for the sheet of components and the tests of the pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cellule.forms import (
    Form,
    FuzzyDateField,
    Once,
    PhoneField,
    Unknown,
    UnknownOr,
    Versioned,
    Window,
    WindowField,
)


class ContactForm(Versioned):
    """Questions about a safe call, each of which may stay without an answer. Stores nothing."""

    called = UnknownOr(forms.CharField(label=_("Usual name"), max_length=150))
    number = UnknownOr(PhoneField(label=_("Number")))
    hours = UnknownOr(WindowField(label=_("When may we call?"), required=False))
    voicemail = UnknownOr(
        forms.ChoiceField(
            label=_("May we leave a message?"),
            choices=[("yes", _("Yes")), ("no", _("No"))],
            widget=forms.RadioSelect,
        )
    )
    people = UnknownOr(
        forms.MultipleChoiceField(
            label=_("Who may answer?"),
            choices=[("friend", _("A friend")), ("family", _("Family"))],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
    )
    words = UnknownOr(
        forms.CharField(label=_("What happened"), max_length=4_000, widget=forms.Textarea({"rows": 3}), required=False)
    )


class SampleForm(Form):
    """Stores nothing."""

    once = Once()
    name = forms.CharField(label=_("Usual name"), help_text=_("What the person wants to be called."), max_length=150)
    when = FuzzyDateField(label=_("When did it happen?"))
    contact = forms.ChoiceField(
        label=_("May we call?"),
        choices=[("yes", _("Yes")), ("no", _("No")), ("later", _("To ask later"))],
        widget=forms.RadioSelect,
    )
    phone = forms.CharField(label=_("Number"), max_length=30, required=False)
    needs = forms.MultipleChoiceField(
        label=_("What is needed first?"),
        choices=[("bed", _("A safe place to sleep")), ("care", _("Care")), ("law", _("Legal advice"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("", _("Choose")), ("ar", "العربية"), ("es", "Español")])
    story = forms.CharField(
        label=_("What happened"), max_length=4_000, widget=forms.Textarea({"rows": 5}), required=False
    )
    secret = forms.CharField(label=_("Passphrase"), widget=forms.PasswordInput, required=False)
    agreed = forms.BooleanField(label=_("The person agrees"))

    reveals = {"contact": {"yes": ["phone"]}}

    @property
    def beside(self) -> dict[str, Any]:
        """What the sheet shows beside this form: forms of other kinds, and lists for the components."""
        typed = {"version": "1", "called": "Lune Bleue", "called-unknown": "", "number": "514 555-0199"}
        typed |= {"hours-kind": "these", "hours-days": ["2"], "hours-start": "10 h", "hours-end": "11 h"}
        typed |= {"voicemail": "no", "people-unknown": "later", "words": "La nuit dernière."}
        overtaken = ContactForm({f"overtaken-{name}": value for name, value in typed.items()}, prefix="overtaken")
        overtaken.overtaken(
            {"called": "M.-J.", "hours": Window((2, 4), "10:00", "11:30"), "words": "أمس\nمساءً"}, version=2
        )
        return {
            "contact": ContactForm(
                prefix="contact", initial={"called": Unknown.LATER, "number": "+15145550199;ext=150"}
            ),
            "wrong": ContactForm(
                {
                    "refused-called": "M.-J.",
                    "refused-called-unknown": "declined",
                    "refused-number": "555-0199",
                    "refused-hours-kind": "these",
                    "refused-hours-start": "11 h",
                },
                prefix="refused",
            ),
            "overtaken": overtaken,
            "window": Window((2, 4), "10:00", "11:00"),
            "parts": [(_("Summary"), "#", True, 0), (_("Timeline"), "#", False, 3), (_("Notes"), "#", False, 0)],
            "stages": [
                (_("Inquiry"), "done"),
                (_("Intake"), "done"),
                (_("Assessment"), "current"),
                (_("Active"), "to_come"),
                (_("Closed"), "to_come"),
            ],
            "refused": [
                (_("Close"), [_("A task is still open."), _("Only a supervisor may do this.")]),
                (_("Reopen"), _("The case is not closed.")),
            ],
        }
