"""When something happened: what may be said, what is refused, and that nothing typed is lost."""

import datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from cellule.forms import Form, FuzzyDate, FuzzyDateField, FuzzyKind
from cellule.forms.fuzzy_date import PARTS

DATE = datetime.date
TODAY = datetime.datetime(2026, 11, 22, 17, 0, tzinfo=datetime.UTC)


class Happening(Form):
    when = FuzzyDateField(label="When")


class MaybeHappening(Form):
    when = FuzzyDateField(label="When", required=False)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(TODAY, tick=False):
        yield


def typed(kind: str, *values: str) -> dict[str, str]:
    parts = PARTS[FuzzyKind(kind)]
    return {"when-kind": kind, **{f"when-{part}": value for part, value in zip(parts, values, strict=True)}}


@pytest.mark.parametrize(
    ("data", "kind", "start", "end"),
    [
        (typed("day", "22", "11", "2026"), "day", DATE(2026, 11, 22), DATE(2026, 11, 22)),
        (typed("day", "1", "Février", "2024"), "day", DATE(2024, 2, 1), DATE(2024, 2, 1)),
        (typed("day", " 1 ", "december", "1999"), "day", DATE(1999, 12, 1), DATE(1999, 12, 1)),
        (typed("month", "2", "2024"), "month", DATE(2024, 2, 1), DATE(2024, 2, 29)),
        (typed("month", "11", "2026"), "month", DATE(2026, 11, 1), DATE(2026, 11, 30)),
        (typed("year", "2026"), "year", DATE(2026, 1, 1), DATE(2026, 12, 31)),
        (typed("range", "1", "3", "2020", "1", "3", "2020"), "range", DATE(2020, 3, 1), DATE(2020, 3, 1)),
        (typed("unknown"), "unknown", None, None),
    ],
)
def test_date_is_understood(data, kind, start, end):
    form = Happening(data)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["when"] == FuzzyDate(FuzzyKind(kind), start, end)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "required"),
        ({"when-kind": "some day"}, "required"),
        ({"when-on_day": "3"}, "required"),
        (typed("day", "31", "2", "2026"), "no_date"),
        (typed("day", "", "2", "2026"), "no_date"),
        (typed("day", "3", "2", "26"), "no_date"),
        (typed("day", "3", "2", "99999999999"), "no_date"),
        (typed("day", "٣", "2", "2026"), "no_date"),
        (typed("day", "-3", "2", "2026"), "no_date"),
        (typed("month", "13", "2026"), "no_date"),
        (typed("month", "brumaire", "2026"), "no_date"),
        (typed("year", "1899"), "too_early"),
        (typed("day", "23", "11", "2026"), "future"),
        (typed("month", "12", "2026"), "future"),
        (typed("year", "2027"), "future"),
        (typed("range", "1", "1", "2026", "23", "11", "2026"), "future"),
        (typed("range", "2", "3", "2020", "1", "3", "2020"), "order"),
    ],
)
def test_date_is_refused_and_kept_as_typed(data, code):
    form = Happening(data)

    assert [error.code for error in form.errors.as_data()["when"]] == [code]
    html = str(form)
    assert all(f'value="{value.strip()}"' in html for key, value in data.items() if key != "when-kind" and value)
    assert 'id="id_when_error"' in html


def test_today_is_today_in_montreal():
    with time_machine.travel(datetime.datetime(2026, 11, 23, 3, 0, tzinfo=datetime.UTC), tick=False):
        form = Happening(typed("day", "23", "11", "2026"))

        assert [error.code for error in form.errors.as_data()["when"]] == ["future"]


def test_optional_date_may_be_left_alone():
    form = MaybeHappening({})

    assert form.is_valid()
    assert form.cleaned_data["when"] is None


def test_optional_date_that_was_begun_needs_its_answer():
    form = MaybeHappening({"when-in_year": "2020"})

    assert [error.code for error in form.errors.as_data()["when"]] == ["required"]


def test_all_boxes_are_there_without_javascript():
    html = str(Happening())

    assert all(f'name="when-{part}"' in html for parts in PARTS.values() for part in parts)


@st.composite
def fuzzy_dates(draw):
    kind = draw(st.sampled_from(FuzzyKind))
    past = st.dates(DATE(1900, 1, 1), DATE(2026, 11, 22))
    if kind == FuzzyKind.UNKNOWN:
        return FuzzyDate(kind)
    if kind == FuzzyKind.RANGE:
        return FuzzyDate(kind, *sorted((draw(past), draw(past))))
    day = draw(past)
    if kind == FuzzyKind.DAY:
        return FuzzyDate(kind, day, day)
    start = day.replace(day=1) if kind == FuzzyKind.MONTH else day.replace(day=1, month=1)
    after = (start + datetime.timedelta(32 if kind == FuzzyKind.MONTH else 366)).replace(day=1)
    return FuzzyDate(
        kind, start, (after if kind == FuzzyKind.MONTH else after.replace(month=1)) - datetime.timedelta(1)
    )


@given(fuzzy_dates())
def test_date_survives_storage_and_a_round_through_the_form(value):
    shown = FuzzyDateField().prepare_value(value)
    with time_machine.travel(TODAY, tick=False):
        again = Happening({f"when-{key}": text for key, text in shown.items()})

        assert FuzzyDate.from_json(value.to_json()) == value
        assert again.is_valid(), again.errors
        assert again.cleaned_data["when"] == value


@pytest.mark.parametrize(
    "stored",
    [
        {"kind": "day", "start": "2020-01-02", "end": "2020-01-03"},
        {"kind": "range", "start": "2020-01-02", "end": "2020-01-01"},
        {"kind": "day"},
        {"kind": "unknown", "start": "2020-01-01", "end": "2020-01-01"},
        {"kind": "sometime"},
    ],
)
def test_contradiction_is_not_read_from_storage(stored):
    with pytest.raises(ValueError, match="."):
        FuzzyDate.from_json(stored)
