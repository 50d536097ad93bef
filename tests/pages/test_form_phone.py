"""Telephone numbers, as people write them and as they are kept."""

import pytest
from django import forms
from django.utils import translation

from cellule.forms import Form, PhoneField


class Contact(Form):
    number = PhoneField(label="Number")
    other = PhoneField(label="Other", required=False)


SENTENCE = (
    "Write the number with its area code, as 514 555-0199; a number from abroad begins with + and the country’s code."
)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("514 555-0199", "+15145550199"),
        ("(514) 555-0199", "+15145550199"),
        ("514.555.0199", "+15145550199"),
        ("5145550199", "+15145550199"),
        ("1-514-555-0199", "+15145550199"),
        ("514\u00a0555\u20110199", "+15145550199"),
        ("٥١٤ ٥٥٥ ٠١٩٩", "+15145550199"),
        ("+1 438 555 0100", "+14385550100"),
        ("1 800 567-1234", "+18005671234"),
        ("+52 55 1234 5678", "+525512345678"),
        ("011 52 55 1234 5678", "+525512345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("+880 1812-345678", "+8801812345678"),
        ("514 555-0199, poste 150", "+15145550199;ext=150"),
        ("514 555-0199 poste\u00a0150", "+15145550199;ext=150"),
        ("514 555-0199 ext. 007", "+15145550199;ext=007"),
        ("514 555-0199 x150", "+15145550199;ext=150"),
        ("514 555-0199 # ١٥", "+15145550199;ext=15"),
        ("+52 55 1234 5678 p. 12", "+525512345678;ext=12"),
    ],
)
def test_number_is_understood(typed, stored):
    form = Contact({"number": typed})

    assert form.is_valid()
    assert form.cleaned_data == {"number": stored, "other": ""}


@pytest.mark.parametrize(
    "typed",
    ["555-0199", "911", "123 456-7890", "514 555-019", "514 555-0199 ou 438 555-0100", "52 55 1234 5678", "nobody"]
    + ["514-555-CALL", "+", "+999 123 456 789", "514 555-0199 poste", "١٢", "\U0001f4de 514", "poste 150"],
)
def test_anything_else_is_questioned_and_stays(typed):
    form = Contact({"number": typed})

    assert form.errors["number"] == [SENTENCE]
    assert f'value="{typed}"' in str(form)


def test_stored_number_is_shown_as_it_is_written_and_reads_back():
    form = Contact(initial={"number": "+15145550199;ext=150", "other": "+525512345678"})

    assert form["number"].value() == "514\u00a0555-0199, ext.\u00a0150"
    assert form["other"].value() == "+52\u00a055\u00a01234\u00a05678"
    again = Contact({"number": form["number"].value(), "other": form["other"].value()}, initial=form.initial)
    assert again.is_valid()
    assert again.cleaned_data == {"number": "+15145550199;ext=150", "other": "+525512345678"}
    assert again.changed_data == []


def test_extension_written_in_french_reads_back():
    with translation.override("fr"):
        shown = PhoneField().shown("+15145550199;ext=150")

    assert shown == "514\u00a0555-0199, poste\u00a0150"
    assert PhoneField().clean(shown) == "+15145550199;ext=150"


def test_box_is_one_for_telephones_which_the_browser_does_not_complete():
    html = str(Contact()["number"])

    assert '<input type="tel"' in html
    assert 'autocomplete="off"' in html


def test_endless_number_is_refused():
    with pytest.raises(forms.ValidationError):
        PhoneField().clean("1" * 20_000)
