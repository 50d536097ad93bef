"""Questions that may stay without an answer: three reasons, each kept as itself."""

import datetime
import re

import pytest
from django import forms
from django.http import QueryDict
from django.utils import translation

from cellule.forms import ANY_TIME, Form, FuzzyDate, FuzzyKind, PhoneField, Unknown, UnknownOr, Window, problems
from cellule.forms.unknown import from_json, shown, to_json

COLOURS = [("red", "Red"), ("cold", [("blue", "Blue"), ("later", "Late green")])]


class Questions(Form):
    name = UnknownOr(forms.CharField(label="Name", max_length=20))
    story = UnknownOr(forms.CharField(label="Story", max_length=30, widget=forms.Textarea, required=False))
    colour = UnknownOr(forms.ChoiceField(label="Colour", choices=COLOURS, widget=forms.RadioSelect))
    needs = UnknownOr(
        forms.MultipleChoiceField(
            label="Needs", choices=[("bed", "Bed"), ("care", "Care")], widget=forms.CheckboxSelectMultiple
        )
    )
    tongue = UnknownOr(forms.ChoiceField(label="Tongue", choices=[("", "Choose"), ("ar", "Arabic")], required=False))
    why = forms.CharField(label="Why", required=False)

    reveals = {"colour": {"red": ["why"]}}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


ANSWERS = "name=Amina&story=Long&colour=red&needs=bed&needs=care&tongue=ar"


def test_answers_are_those_of_the_wrapped_fields():
    form = Questions(QueryDict(ANSWERS + "&name-unknown=&needs-unknown="))

    assert form.is_valid()
    assert form.cleaned_data == {
        "name": "Amina",
        "story": "Long",
        "colour": "red",
        "needs": ["bed", "care"],
        "tongue": "ar",
        "why": "",
    }


@pytest.mark.parametrize("reason", Unknown)
def test_each_reason_is_kept_as_itself(reason):
    typed = f"name-unknown={reason}&story-unknown={reason}&colour=unknown-{reason}"

    form = Questions(QueryDict(f"{typed}&needs-unknown={reason}&tongue-unknown={reason}"))

    assert form.is_valid()
    assert [form.cleaned_data[name] for name in ("name", "story", "colour", "needs", "tongue")] == [reason] * 5
    assert all(isinstance(form.cleaned_data[name], Unknown) for name in ("name", "colour"))


def test_choice_of_the_same_name_as_a_reason_is_a_choice():
    form = Questions(QueryDict("colour=later"))

    assert "colour" not in form.errors
    assert form.cleaned_data["colour"] == "later"
    assert not isinstance(form.cleaned_data["colour"], Unknown)


@pytest.mark.parametrize("blank", ["", "name=%20&name-unknown=", "name-unknown=nonsense&colour=unknown-nonsense"])
def test_required_question_wants_an_answer_or_a_reason(blank):
    form = Questions(QueryDict(blank))

    assert form.errors["name"] == ["Answer, or say why there is no answer: Name"]
    assert form.errors["needs"] == ["Answer, or say why there is no answer: Needs"]
    assert "colour" in form.errors
    assert "story" not in form.errors
    assert "tongue" not in form.errors


def test_optional_question_may_be_left_empty():
    form = Questions(QueryDict("name=A&colour=red&needs=bed"))

    assert form.is_valid()
    assert (form.cleaned_data["story"], form.cleaned_data["tongue"]) == ("", "")


def test_answer_and_reason_together_are_refused_and_both_stay():
    form = Questions(QueryDict(ANSWERS + "&name-unknown=later&needs-unknown=declined&story-unknown=later"))

    html = str(form)

    assert {name: list(errors) for name, errors in form.errors.items()} == {
        name: ["Give an answer or say why there is none, not both."] for name in ("name", "story", "needs")
    }
    assert 'value="Amina"' in html
    assert re.search(r'name="name-unknown" value="later" checked', html)
    assert re.search(r'name="needs" value="bed" checked', html)
    assert re.search(r'name="needs-unknown" value="declined" checked', html)
    assert [target for target, _text in problems(form)] == ["id_name", "id_story", "id_needs_0"]


def test_invalid_answer_is_told_by_the_wrapped_field_and_stays():
    form = Questions(QueryDict(f"name={'x' * 21}&colour=pink&needs=bed"))

    assert form.errors["name"] == ["Shorten this text to 20 characters; it has 21."]
    assert "colour" in form.errors
    assert f'value="{"x" * 21}"' in str(form)


def test_reasons_follow_radio_buttons_in_one_group_after_a_divider():
    html = str(Questions(initial={"colour": Unknown.DECLINED})["colour"].as_field_group())

    assert re.findall(r'name="colour" value="([^"]+)"( checked)?', html) == [
        ("red", ""),
        ("blue", ""),
        ("later", ""),
        ("unknown-dont_know", ""),
        ("unknown-declined", " checked"),
        ("unknown-later", ""),
    ]
    assert len(set(re.findall(r'id="(id_colour_[\d_]+)"', html))) == 6
    divider = html.index('<div class="govuk-radios__divider">or</div>')
    assert html.index('value="later"') < divider < html.index('value="unknown-dont_know"')


def test_reasons_stand_beneath_any_other_box_and_can_be_taken_back():
    html = str(Questions(initial={"name": Unknown.LATER})["name"].as_field_group())

    assert re.findall(r'name="name-unknown" value="([^"]*)"( checked)?', html) == [
        ("dont_know", ""),
        ("declined", ""),
        ("later", " checked"),
        ("", ""),
    ]
    assert html.index('id="id_name"') < html.index('name="name-unknown"')
    assert html.count('name="name"') == 1


def test_initial_answer_is_shown_without_a_reason():
    html = str(Questions(initial={"name": "Amina", "needs": ["care"], "colour": "blue"}))

    assert 'value="Amina"' in html
    assert re.search(r'name="needs" value="care" checked', html)
    assert re.search(r'name="colour" value="blue" checked', html)
    assert re.findall(r'name="[^"]+-unknown" value="([^"]*)" checked', html) == [""] * 4


def test_option_still_opens_its_field():
    html = str(Questions())

    assert html.count('name="why"') == 1
    assert html.index('id="id_colour_0-more"') < html.index('name="why"') < html.index('value="blue"')


def test_text_of_several_lines_is_counted_and_not_cut():
    html = str(Questions()["story"].as_field_group())

    assert 'data-maxlength="30"' in html
    assert " maxlength=" not in html


def test_each_form_has_widgets_of_its_own():
    first, second = Questions(), Questions()
    first.fields["name"].widget.attrs["data-mine"] = "yes"

    assert 'data-mine="yes"' in str(first)
    assert "data-mine" not in str(second)


@pytest.mark.parametrize(
    ("initial", "typed", "changed"),
    [
        ("Amina", "name=Amina", False),
        ("Amina", "name=Zoé", True),
        ("Amina", "name-unknown=later", True),
        (Unknown.LATER, "name-unknown=later", False),
        (Unknown.LATER, "name-unknown=declined", True),
        (Unknown.LATER, "name=Amina", True),
        (None, "", False),
    ],
)
def test_change_is_seen(initial, typed, changed):
    form = Questions(QueryDict(typed), initial={"name": initial})

    assert ("name" in form.changed_data) is changed


WINDOW = Window((2,), "10:00", "11:00")


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("Amina", "Amina"),
        (["bed"], ["bed"]),
        ("", ""),
        (None, None),
        (Unknown.DONT_KNOW, {"unknown": "dont_know"}),
        (Unknown.LATER, {"unknown": "later"}),
    ],
)
def test_json_holds_plain_values_and_reasons(value, stored):
    written = to_json(value)

    assert (written, type(written)) == (stored, type(stored))
    assert from_json(written) == value
    assert type(from_json(written)) is type(value)


def test_json_holds_values_of_their_own_kind():
    assert from_json(to_json(WINDOW), Window.from_json) == WINDOW
    assert from_json(to_json(Unknown.LATER), Window.from_json) is Unknown.LATER
    assert from_json(None, Window.from_json) is None


def test_json_refuses_a_reason_that_does_not_exist():
    with pytest.raises(ValueError, match="nonsense"):
        from_json({"unknown": "nonsense"})


@pytest.mark.parametrize(
    ("value", "field", "text"),
    [
        (Unknown.DONT_KNOW, None, "Does not know"),
        (Unknown.DECLINED, None, "Prefers not to answer"),
        (Unknown.LATER, Questions.base_fields["name"], "To ask later"),
        ("Amina", None, "Amina"),
        ("blue", Questions.base_fields["colour"], "Blue"),
        (["bed", "care"], Questions.base_fields["needs"], "Bed, Care"),
        (["bed", "gone"], Questions.base_fields["needs"], "Bed, gone"),
        ("", Questions.base_fields["tongue"], ""),
        (None, None, ""),
        ([], None, ""),
        (True, None, "Yes"),
        (False, None, "No"),
        (7, None, "7"),
        (datetime.date(2026, 11, 22), None, "November 22, 2026"),
        (FuzzyDate(FuzzyKind.UNKNOWN), None, "unknown"),
        (ANY_TIME, None, "at any time"),
        ("+15145550199", UnknownOr(PhoneField()), "514\u00a0555-0199"),
    ],
)
def test_answer_is_shown_in_words(value, field, text):
    assert shown(value, field) == text
