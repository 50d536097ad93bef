"""Two people on one form: nobody's text is lost and nothing is saved over unseen."""

import re

import pytest
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.template import engines
from django.test import Client
from django.urls import path
from django.utils import translation

from cellule.forms import (
    ANY_TIME,
    FuzzyDate,
    FuzzyDateField,
    FuzzyKind,
    PhoneField,
    Unknown,
    UnknownOr,
    Versioned,
    Window,
    WindowField,
    bound,
    problems,
)
from cellule.urls import urlpatterns as house

SUMMARY = "Somebody saved this page before you. Your text is kept; compare, then save again."
STATES = [("bed", "A bed"), ("care", "Care")]


class NeedsForm(Versioned):
    name = UnknownOr(forms.CharField(label="Name"))
    story = forms.CharField(label="Story", widget=forms.Textarea, required=False)
    need = forms.ChoiceField(label="Need", choices=STATES, widget=forms.RadioSelect, required=False)


class Row:
    """What is saved, as a locked row would hold it."""

    def __init__(self) -> None:
        self.version = 3
        self.saved = {"name": Unknown.LATER, "story": "First", "need": "bed"}


ROWS: list[Row] = []
PAGE = '{% extends "base.html" %}{% block title %}x{% endblock %}{% block content %}<h1>x</h1>{{ form }}{% endblock %}'


def _needs(request):
    row = ROWS[-1]
    form = bound(NeedsForm, request, initial={"version": row.version, **row.saved})
    status = 200
    if request.method == "POST" and form.is_valid():
        if not form.is_stale(row.version):
            row.saved = {name: form.cleaned_data[name] for name in row.saved}
            row.version += 1
            return HttpResponseRedirect("/needs/")
        form.overtaken(row.saved, row.version)
        status = 409
    return HttpResponse(engines["django"].from_string(PAGE).render({"form": form}, request), status=status)


needs = login_not_required(_needs)
needs.open_before_founding = True
urlpatterns = [path("needs/", needs), *house]


@pytest.fixture
def row(settings):
    settings.ROOT_URLCONF = __name__
    ROWS.append(Row())
    yield ROWS[-1]
    ROWS.clear()


@pytest.fixture
def two_people(db):
    first, second = Client(), Client()
    for client in (first, second):
        client.cookies["langue"] = "en"
    return first, second


def version_of(html: str) -> str:
    return re.search(r'name="version" value="([^"]*)"', html)[1]


def theirs_in(html: str) -> dict[str, str]:
    return dict(re.findall(r'id="id_(\w+)_theirs">.*?<div class="app-lines"[^>]*>(.*?)</div>', html, re.DOTALL))


def test_second_person_sees_both_texts_and_their_second_save_goes_through(row, two_people):
    first, second = two_people
    pages = [client.get("/needs/").content.decode() for client in two_people]
    mine = {"name": "Amina", "story": "Mine\r\n<b>bold</b>", "need": "bed"}

    answer = first.post(
        "/needs/", {"version": version_of(pages[0]), "name": "A", "story": "Theirs\nمرحبا <i>", "need": "bed"}
    )
    assert answer.status_code == 302
    refused = second.post("/needs/", {"version": version_of(pages[1]), **mine})
    html = refused.content.decode()
    assert refused.status_code == 409
    assert row.saved["name"] == "A"
    assert theirs_in(html) == {"name": "A", "story": "Theirs<br>مرحبا &lt;i&gt;"}
    assert html.count(SUMMARY) == 1
    assert 'value="Amina"' in html
    assert "Mine\r\n&lt;b&gt;bold&lt;/b&gt;</textarea>" in html
    assert re.search(r'<div class="app-lines" dir="auto">Theirs', html)
    assert re.search(r'name="story"[^>]*aria-describedby="id_story_theirs"', html)
    again = second.post("/needs/", {"version": version_of(html), **mine})

    assert again.status_code == 302
    assert row.saved == mine
    assert row.version == 5


def test_save_of_who_is_alone_goes_through(row, two_people):
    client = two_people[0]
    page = client.get("/needs/").content.decode()

    answer = client.post("/needs/", {"version": version_of(page), "name": "A", "story": "x"})

    assert answer.status_code == 302
    assert (row.version, row.saved) == (4, {"name": "A", "story": "x", "need": ""})


@pytest.mark.parametrize("version", ["", "2", "4", "nonsense", "9" * 5_000])
def test_page_of_any_other_version_is_compared_first(row, two_people, version):
    client = two_people[0]

    answer = client.post("/needs/", {"version": version, "name": "A"})

    assert answer.status_code == 409
    assert version_of(answer.content.decode()) == "3"
    assert row.version == 3


def test_third_save_meanwhile_is_shown_too(row, two_people):
    first, second = two_people
    first.post("/needs/", {"version": "3", "name": "A"})
    html = second.post("/needs/", {"version": "3", "name": "B"}).content.decode()
    first.post("/needs/", {"version": "4", "name": "C"})

    again = second.post("/needs/", {"version": version_of(html), "name": "B"})

    assert again.status_code == 409
    assert theirs_in(again.content.decode()) == {"name": "C"}


def test_mistake_is_told_before_the_comparison(row, two_people):
    answer = two_people[0].post("/needs/", {"version": "1", "name": ""})

    assert answer.status_code == 200
    assert theirs_in(answer.content.decode()) == {}


def test_headers_keep_the_comparison_out_of_every_store(row, two_people):
    answer = two_people[0].post("/needs/", {"version": "1", "name": "A"})

    assert answer["Cache-Control"] == "no-store"


class ManyForm(Versioned):
    phone = PhoneField(label="Phone")
    when = UnknownOr(WindowField(label="When"))
    happened = FuzzyDateField(label="Happened")
    needs = UnknownOr(
        forms.MultipleChoiceField(label="Needs", choices=STATES, widget=forms.CheckboxSelectMultiple, required=False)
    )
    agreed = forms.BooleanField(label="Agreed", required=False)
    story = UnknownOr(forms.CharField(label="Story", widget=forms.Textarea, required=False))


TYPED = {
    "version": "1",
    "phone": "514 555-0199",
    "when-kind": "any",
    "happened-kind": "year",
    "happened-in_year": "2020",
    "needs": ["bed"],
    "agreed": "on",
    "story": "One\r\ntwo\r\n",
}
SAME = {
    "phone": "+15145550199",
    "when": ANY_TIME,
    "happened": FuzzyDateField().clean({"kind": "year", "in_year": "2020"}),
    "needs": ["bed"],
    "agreed": True,
    "story": "One\ntwo",
}
OTHER = {
    "phone": "+14385550100;ext=7",
    "when": Window((2,), "10:00", "11:00"),
    "happened": FuzzyDate(FuzzyKind.UNKNOWN),
    "needs": ["care", "bed"],
    "agreed": False,
    "story": Unknown.DECLINED,
}
WRITTEN = {
    "phone": "438\u00a0555-0100, ext.\u00a07",
    "when": "Tuesday, from 10:00\u00a0a.m. to 11:00\u00a0a.m.",
    "happened": "unknown",
    "needs": "Care, A bed",
    "agreed": "No",
    "story": "Prefers not to answer",
}


@pytest.mark.parametrize(("saved", "written"), [(SAME, {}), (OTHER, WRITTEN)], ids=["same", "other"])
def test_every_kind_of_answer_is_compared_and_written_out(saved, written):
    with translation.override("en"):
        form = ManyForm(TYPED)
        assert form.is_valid()
        assert form.is_stale(2)

        form.overtaken(saved, 2)

        assert form.theirs == written
        assert not form.is_valid()
        assert list(problems(form)) == [("", SUMMARY)]
        assert set(theirs_in(str(form))) == written.keys()


def test_saved_nothing_is_said_in_words():
    with translation.override("en"):
        form = NeedsForm({"version": "1", "name": "A", "story": "typed"})
        assert form.is_valid()

        form.overtaken({"story": "", "once": "never shown", "version": 7}, 2)

        assert theirs_in(str(form)) == {"story": "Nothing: the field was left empty."}
        assert version_of(str(form)) == "2"
