"""When somebody may be called: what is typed, what it means, and through the change of clocks."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cellule.forms import ANY_TIME, Form, UnknownOr, Window, WindowField, problems
from cellule.forms.unknown import Unknown
from cellule.templatetags import typography

MONTREAL = ZoneInfo("America/Toronto")


class Calls(Form):
    when = WindowField(label="When")


class MaybeCalls(Form):
    when = UnknownOr(WindowField(label="When"))


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def called(typed: str, form_class: type[Form] = Calls) -> Form:
    return form_class(QueryDict(typed))


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("9 h", "09:00"),
        ("9h30", "09:30"),
        ("14:30", "14:30"),
        ("14 h 30", "14:30"),
        ("14\u00a0h\u00a030", "14:30"),
        ("8 h 5", "08:05"),
        ("9", "09:00"),
        ("9 heures", "09:00"),
        ("2:30 p.m.", "14:30"),
        ("2 PM", "14:00"),
        ("12 a.m.", "00:00"),
        ("12:15 pm", "12:15"),
        ("midi", "12:00"),
        ("Noon", "12:00"),
        ("minuit", "00:00"),
        ("0:00", "00:00"),
    ],
)
def test_hour_is_understood(typed, clock):
    form = called(f"when-kind=these&when-days=2&when-start={typed}&when-end=minuit")

    assert form.is_valid()
    assert form.cleaned_data["when"] == Window((2,), clock, "24:00")


@pytest.mark.parametrize("typed", ["", "25 h", "9 h 60", "14 p.m.", "9:5", "matin", "9 m", "-1", "٩", "9 h 30 m 12"])
def test_other_text_is_no_hour_and_stays(typed):
    form = called(f"when-kind=these&when-days=2&when-start={typed}&when-end=11 h")

    assert form.errors["when"] == ["Write both hours, as 9 h, 14 h 30 or 14:30."]
    assert f'name="when-start" value="{typed}"' in str(form)


CHOOSE = "Choose “At any time”, or say on which days and between which hours."
DAYS = "Tick at least one day."
HOURS = "Write both hours, as 9 h, 14 h 30 or 14:30."
ORDER = "The last hour is before the first one, or the same. Correct one of them."


@pytest.mark.parametrize("form_class", [Calls, MaybeCalls])
@pytest.mark.parametrize(
    ("typed", "message", "box"),
    [
        ("when-kind=these", DAYS, "day_1"),
        ("when-kind=these&when-start=9&when-end=11", DAYS, "day_1"),
        ("when-kind=these&when-days=9&when-start=9&when-end=11", DAYS, "day_1"),
        ("when-days=2&when-start=9", HOURS, "end"),
        ("when-days=2&when-start=x&when-end=y", HOURS, "start"),
        ("when-kind=these&when-days=2&when-start=11 h&when-end=10 h", ORDER, "end"),
        ("when-kind=these&when-days=2&when-start=10 h&when-end=10:00", ORDER, "end"),
    ],
)
def test_message_says_what_to_do_and_leads_to_the_box(form_class, typed, message, box):
    form = called(typed, form_class)

    assert form.errors["when"] == [message]
    assert list(problems(form)) == [(f"id_when_{box}", message)]
    assert f'id="id_when_{box}"' in str(form)


@pytest.mark.parametrize("typed", ["", "when-kind=nonsense", "when-kind=&when-start=%20"])
def test_nothing_said_is_asked_again(typed):
    form = called(typed)

    assert list(problems(form)) == [("id_when_0", CHOOSE)]
    assert 'id="id_when_0"' in str(form)


def test_any_time_is_said_and_not_left_open():
    form = called("when-kind=any&when-days=2&when-start=nonsense")

    assert form.is_valid()
    assert form.cleaned_data["when"] == ANY_TIME
    assert form.cleaned_data["when"].is_any_time


def test_days_without_a_choice_are_these_days():
    form = called("when-days=4&when-days=2&when-days=4&when-start=10 h&when-end=11 h")

    assert form.is_valid()
    assert form.cleaned_data["when"] == Window((2, 4), "10:00", "11:00")


def test_window_may_stay_unknown():
    form = called("when-kind=&when-start=&when-unknown=later", MaybeCalls)
    both = called("when-kind=any&when-unknown=later", MaybeCalls)
    neither = called("", MaybeCalls)

    assert form.is_valid()
    assert form.cleaned_data["when"] is Unknown.LATER
    assert both.errors["when"] == ["Give an answer or say why there is none, not both."]
    assert neither.errors["when"] == ["Answer, or say why there is no answer: When"]


def test_optional_window_left_alone_is_none():
    assert WindowField(required=False).clean({}) is None


@pytest.mark.parametrize("window", [Window((2, 4), "10:00", "11:30"), Window((7,), "20:00", "24:00"), ANY_TIME])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_shown_window_reads_back(window, language):
    with translation.override(language):
        html = str(Calls(initial={"when": window}))
        typed = WindowField().prepare_value(window)

        assert WindowField().clean(typed) == window
        assert not WindowField().has_changed(window, typed)
    ticked = re.findall(r'name="when-days" value="(\d)" checked', html)
    assert ticked == ([] if window.is_any_time else [str(day) for day in window.days])


def test_json_gives_the_same_window():
    window = Window((1, 7), "08:05", "24:00")

    assert window.to_json() == {"days": [1, 7], "start": "08:05", "end": "24:00"}
    assert Window.from_json(window.to_json()) == window


@pytest.mark.parametrize(
    ("days", "start", "end"),
    [
        ((), "10:00", "11:00"),
        ((2, 2), "10:00", "11:00"),
        ((4, 2), "10:00", "11:00"),
        ((0,), "10:00", "11:00"),
        ((8,), "10:00", "11:00"),
        ((2,), "11:00", "11:00"),
        ((2,), "9:00", "11:00"),
        ((2,), "24:00", "24:00"),
        ((2,), "10:00", "25:00"),
        ((2,), "10:60", "11:00"),
    ],
)
def test_contradictions_are_refused(days, start, end):
    with pytest.raises(ValueError, match="the "):
        Window(days, start, end)


@pytest.mark.parametrize(
    ("instant", "holds"),
    [
        # Tuesdays; 10 h in Montréal is 15 h UTC in winter and 14 h in summer.
        ("2026-11-24T14:59:59+00:00", False),
        ("2026-11-24T15:00:00+00:00", True),
        ("2026-11-24T15:59:59+00:00", True),
        ("2026-11-24T16:00:00+00:00", False),
        ("2026-07-07T14:00:00+00:00", True),
        ("2026-07-07T15:00:00+00:00", False),
        ("2026-11-25T15:30:00+00:00", False),
        # Already Wednesday in Dhaka, and still Tuesday morning in Vancouver.
        ("2026-11-24T21:30:00+06:00", True),
        ("2026-11-24T07:30:00-08:00", True),
    ],
)
def test_window_holds_by_the_clocks_of_montreal(instant, holds):
    assert Window((2,), "10:00", "11:00").holds(datetime.datetime.fromisoformat(instant)) is holds


@pytest.mark.parametrize(
    ("instant", "holds"),
    [
        # Sunday, November 1, 2026: 1 h 30 comes twice.
        ("2026-11-01T05:30:00+00:00", True),
        ("2026-11-01T06:30:00+00:00", True),
        ("2026-11-01T07:00:00+00:00", False),
        # Sunday, March 8, 2026: after 1 h 59 comes 3 h.
        ("2026-03-08T06:59:00+00:00", True),
        ("2026-03-08T07:00:00+00:00", False),
    ],
)
def test_window_holds_over_the_change_of_clocks(instant, holds):
    assert Window((7,), "01:00", "02:00").holds(datetime.datetime.fromisoformat(instant)) is holds


def test_window_until_midnight_holds_until_midnight():
    window = Window((2,), "20:00", "24:00")

    assert window.holds(datetime.datetime(2026, 11, 24, 23, 59, tzinfo=MONTREAL))
    assert not window.holds(datetime.datetime(2026, 11, 25, 0, 0, tzinfo=MONTREAL))


def test_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        ANY_TIME.holds(datetime.datetime(2026, 11, 24, 10))


@given(st.datetimes(min_value=datetime.datetime(2000, 1, 1), timezones=st.timezones()))
def test_any_time_holds_always(instant):
    assert ANY_TIME.holds(instant)


@pytest.mark.parametrize(
    ("window", "french", "english"),
    [
        (None, "", ""),
        (ANY_TIME, "en tout temps", "at any time"),
        (
            Window((2, 4), "10:00", "11:00"),
            "mardi et jeudi, de 10\u00a0h à 11\u00a0h",
            "Tuesday and Thursday, from 10:00\u00a0a.m. to 11:00\u00a0a.m.",
        ),
        (
            Window((6,), "20:30", "24:00"),
            "samedi, de 20\u00a0h\u00a030 à minuit",
            "Saturday, from 8:30\u00a0p.m. to midnight",
        ),
        (
            Window((1, 2, 3, 4, 5), "09:00", "17:00"),
            "du lundi au vendredi, de 9\u00a0h à 17\u00a0h",
            "Monday to Friday, from 9:00\u00a0a.m. to 5:00\u00a0p.m.",
        ),
        (
            Window((1, 3, 5), "00:00", "24:00"),
            "lundi, mercredi et vendredi, toute la journée",
            "Monday, Wednesday, and Friday, all day",
        ),
        (
            Window((1, 2, 3, 4, 5, 6, 7), "09:00", "12:00"),
            "tous les jours, de 9\u00a0h à 12\u00a0h",
            "every day, from 9:00\u00a0a.m. to 12:00\u00a0p.m.",
        ),
    ],
)
def test_window_in_both_languages(window, french, english):
    with translation.override("fr"):
        in_french = typography.window(window)

    assert (in_french, typography.window(window)) == (french, english)
