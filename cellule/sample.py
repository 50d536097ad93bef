"""A form that holds every kind of field, for the sheet of components and the tests of the pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cellule.forms import Form, FuzzyDateField, Once


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
