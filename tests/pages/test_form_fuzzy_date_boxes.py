"""The boxes of a date: the one at fault is where the message leads, and a month's name fits."""

import datetime
import re

import pytest
import time_machine
from django.utils import translation

from cellule.forms import Form, FuzzyDateField, FuzzyKind, problems
from cellule.forms.fuzzy_date import PARTS


class Happening(Form):
    when = FuzzyDateField(label="When")


@pytest.fixture(autouse=True)
def today():
    """The 22nd of November 2026."""
    with time_machine.travel(datetime.datetime(2026, 11, 22, 17, 0, tzinfo=datetime.UTC), tick=False):
        yield


def typed(kind: str, *values: str) -> dict[str, str]:
    parts = PARTS[FuzzyKind(kind)]
    return {"when-kind": kind, **{f"when-{part}": value for part, value in zip(parts, values, strict=True)}}


@pytest.mark.parametrize(
    ("data", "box"),
    [
        ({}, "0"),
        ({"when-in_year": "2020"}, "0"),
        (typed("day", "31", "2", "2026"), "on_day"),
        (typed("day", "29", "2", "2025"), "on_day"),
        (typed("day", "", "2", "2026"), "on_day"),
        (typed("day", "", "", ""), "on_day"),
        (typed("day", "32", "13", "26"), "on_day"),
        (typed("day", "3", "brumaire", "2026"), "on_month"),
        (typed("day", "3", "", "26"), "on_month"),
        (typed("day", "3", "2", "26"), "on_year"),
        (typed("day", "3", "2", "1826"), "on_year"),
        (typed("day", "23", "11", "2026"), "on_day"),
        (typed("day", "1", "12", "2026"), "on_month"),
        (typed("day", "1", "1", "2027"), "on_year"),
        (typed("month", "13", "2026"), "in_month"),
        (typed("month", "12", ""), "in_month_year"),
        (typed("month", "12", "2026"), "in_month"),
        (typed("month", "1", "2027"), "in_month_year"),
        (typed("year", "99"), "in_year"),
        (typed("year", "2027"), "in_year"),
        (typed("range", "x", "3", "2020", "1", "3", "x"), "from_day"),
        (typed("range", "1", "3", "2020", "1", "3", "x"), "to_year"),
        (typed("range", "2", "3", "2020", "1", "3", "2020"), "to_day"),
        (typed("range", "1", "4", "2020", "1", "3", "2020"), "to_month"),
        (typed("range", "1", "3", "2021", "2", "4", "2020"), "to_year"),
        (typed("range", "1", "1", "2026", "22", "12", "2026"), "to_month"),
    ],
)
def test_message_leads_to_the_box_at_fault(data, box):
    form = Happening(data)

    html = str(form)

    assert [target for target, _text in problems(form)] == [f"id_when_{box}"]
    assert html.count(f'id="id_when_{box}"') == 1
    assert html.count(f'<a href="#id_when_{box}">') == 1


def test_message_leads_to_the_box_where_ids_are_made_of_names():
    form = Happening(typed("month", "13", "2026"), auto_id=False)

    assert [target for target, _text in problems(form)] == ["when_in_month"]
    assert str(form).count('id="when_in_month"') == 1


def test_hint_says_how_a_month_is_typed():
    with translation.override("en"):
        html = str(Happening())

    hints = re.findall(r'<div id="id_when_helptext" class="govuk-hint">([^<]*)</div>', html)
    assert hints == ["For the month, a number or a name will do."]


def test_form_may_give_its_own_hint():
    assert FuzzyDateField(help_text="As the person said it.").help_text == "As the person said it."
