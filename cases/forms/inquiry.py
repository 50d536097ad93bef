"""The form that opens an inquiry."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.languages import language_choices
from cases.models import Channel, Interpreter
from cellule.forms import Form, Once


class InquiryForm(Form):
    """Three questions, none about who the person is."""

    once = Once()
    channel = forms.ChoiceField(label=_("How did the person reach us?"), choices=Channel, widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=_("Language spoken"),
        help_text=_("The language in which the person is most at ease."),
        choices=lambda: [("", _("Not known yet")), *language_choices()],
        required=False,
    )
    interpreter = forms.ChoiceField(
        label=_("Does the person want an interpreter?"), choices=Interpreter, widget=forms.RadioSelect
    )
