"""What every form does: one row for two submissions, kept text, words that say what to do."""

import re
import uuid
from types import SimpleNamespace

import pytest
from django import forms
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import translation

from cellule.forms import Form, Once, bound, problems
from cellule.sample import SampleForm

WORKER, STRANGER = (SimpleNamespace(pk=uuid.uuid4()) for _ in range(2))


class Notice(Form):
    once = Once()
    text = forms.CharField(label="Text", max_length=5, widget=forms.Textarea)


class Other(Form):
    once = Once()


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def key_of(form: Form) -> str:
    return re.search(r'name="once" value="([^"]+)"', str(form))[1]


def test_two_submissions_of_one_page_name_the_same_row():
    page = Notice(user=WORKER)
    key = key_of(page)

    first, second = (Notice({"once": key, "text": "a"}, user=WORKER) for _ in range(2))

    assert first.is_valid()
    assert second.is_valid()
    assert first.row_id == second.row_id
    assert isinstance(first.row_id, uuid.UUID)


def test_two_pages_name_two_rows():
    assert key_of(Notice(user=WORKER)) != key_of(Notice(user=WORKER))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "nonsense",
        str(uuid.uuid4()),
        key_of(Notice(user=STRANGER)),
        key_of(Other(user=WORKER)),
        key_of(Notice(user=WORKER))[:-1],
    ],
    ids=["none", "nonsense", "unsigned", "of another person", "of another form", "cut"],
)
def test_key_that_was_not_made_for_this_page_is_replaced_and_the_text_stays(key):
    form = Notice({"once": key, "text": "typed"}, user=WORKER)

    assert not form.is_valid()
    assert [target for target, _text in problems(form)] == [""]
    assert ">\ntyped</textarea>" in str(form)
    again = Notice({"once": key_of(form), "text": "typed"}, user=WORKER)
    assert again.is_valid()


def test_good_key_stays_when_something_else_is_wrong():
    key = key_of(Notice(user=WORKER))

    form = Notice({"once": key, "text": ""}, user=WORKER)

    assert not form.is_valid()
    assert key_of(form) == key


def test_long_text_is_not_cut_and_the_message_counts():
    form = Notice({"once": key_of(Notice(user=WORKER)), "text": "seven77"}, user=WORKER)

    assert form.errors["text"] == ["Shorten this text to 5 characters; it has 7."]
    assert ">\nseven77</textarea>" in str(form)
    assert " maxlength=" not in str(form)


def test_messages_say_what_to_do():
    form = SampleForm({})

    assert form.errors["name"] == ["Fill in: Usual name"]
    assert form.errors["language"] == ["Choose an answer: Language"]
    assert form.errors["agreed"] == ["Tick the box: The person agrees"]


def test_every_problem_leads_to_an_element_of_the_page():
    form = SampleForm({})

    html = str(form)

    targets = [target for target, _text in problems(form) if target]
    assert targets == ["id_name", "id_when_0", "id_contact_0", "id_language", "id_agreed"]
    assert all(f'id="{target}"' in html for target in targets)
    assert html.count('<a href="#id_name">') == 1


def test_error_stands_beside_its_field_and_is_announced():
    html = str(SampleForm({}))

    assert 'id="id_name_error"' in html
    assert re.search(
        r'<input type="text" class="govuk-input govuk-input--error\s*" name="name"[^>]*aria-invalid="true"', html
    )
    assert re.search(r'name="name"[^>]*aria-describedby="id_name_helptext id_name_error"', html)
    assert re.search(r'<fieldset class="govuk-fieldset" aria-describedby="id_when_helptext id_when_error">', html)
    assert '<span class="govuk-visually-hidden">Error:</span> Fill in: Usual name' in html


def test_revealed_field_stands_beneath_its_option_and_only_there():
    html = str(SampleForm())

    assert html.count('name="phone"') == 1
    assert html.index('id="id_contact_0-more"') < html.index('name="phone"') < html.index('id="id_contact_1"')


def test_fields_are_neither_completed_nor_spell_checked_by_the_browser():
    html = str(SampleForm())

    name = re.search(r'<input[^>]*name="name"[^>]*>', html)[0]
    assert 'dir="auto"' in name
    assert 'autocomplete="off"' in name
    assert 'spellcheck="false"' in name


def test_summary_stands_once_when_the_page_puts_it_on_top():
    form = SampleForm({})
    form.summary_shown = True

    assert "govuk-error-summary" not in str(form)


def test_form_is_bound_to_what_was_posted():
    request = RequestFactory().post("/", {"name": "Amina"})
    request.user = WORKER

    form = bound(SampleForm, request)

    assert form.data["name"] == "Amina"
    assert not form.is_valid()


def test_form_is_empty_on_a_first_look():
    request = RequestFactory().get("/")
    request.user = WORKER

    assert not bound(SampleForm, request).is_bound


def test_kept_text_comes_back_without_reproach_and_is_not_taken_for_a_submission():
    request = RequestFactory().get("/")
    request.user, request.resumed = WORKER, QueryDict("name=Amina&when-kind=day&when-on_day=45")

    form = bound(SampleForm, request)

    html = str(form)
    assert 'value="Amina"' in html
    assert 'value="45"' in html
    assert "govuk-error" not in html
    assert "What you had typed before the lock is here again." in html
    assert not form.is_valid()
