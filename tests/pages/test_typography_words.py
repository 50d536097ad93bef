"""Dates, hours, numbers and telephone numbers, word by word, in both languages."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cellule.forms import FuzzyDate, FuzzyKind
from cellule.templatetags import typography

DATE = datetime.date
MONTREAL = ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("write", "value", "french", "english"),
    [
        (typography.day, DATE(2026, 11, 30), "30 novembre 2026", "November 30, 2026"),
        (typography.day, DATE(2026, 3, 1), "1er mars 2026", "March 1, 2026"),
        (typography.day, None, "", ""),
        (typography.full_day, DATE(2026, 11, 30), "le lundi 30 novembre 2026", "Monday, November 30, 2026"),
        (typography.full_day, DATE(2026, 3, 1), "le dimanche 1er mars 2026", "Sunday, March 1, 2026"),
        (typography.month, DATE(1991, 8, 4), "août 1991", "August 1991"),
        (typography.hour, datetime.time(14, 30), "14\u00a0h\u00a030", "2:30\u00a0p.m."),
        (typography.hour, datetime.time(9, 0), "9\u00a0h", "9:00\u00a0a.m."),
        (typography.hour, datetime.time(8, 5), "8\u00a0h\u00a05", "8:05\u00a0a.m."),
        (typography.hour, datetime.time(0, 0), "0\u00a0h", "12:00\u00a0a.m."),
        (typography.hour, datetime.time(12, 0), "12\u00a0h", "12:00\u00a0p.m."),
        (
            typography.moment,
            datetime.datetime(2026, 12, 1, 3, 15, tzinfo=datetime.UTC),
            "30 novembre 2026 à 22\u00a0h\u00a015",
            "November 30, 2026, 10:15\u00a0p.m.",
        ),
        (typography.iso, DATE(2026, 11, 30), "2026-11-30", "2026-11-30"),
        (
            typography.iso,
            datetime.datetime(2026, 7, 1, 12, 0, 59, tzinfo=datetime.UTC),
            "2026-07-01T08:00-04:00",
            "2026-07-01T08:00-04:00",
        ),
        (
            typography.iso_day,
            datetime.datetime(2026, 12, 1, 3, 15, tzinfo=datetime.UTC),
            "2026-11-30",
            "2026-11-30",
        ),
        (typography.iso_day, None, "", ""),
        (typography.number, 1234567.5, "1\u00a0234\u00a0567,5", "1,234,567.5"),
        (typography.number, 12, "12", "12"),
        (typography.number, None, "", ""),
        (typography.phone, "+15142859286", "514\u00a0285-9286", "514\u00a0285-9286"),
        (typography.phone, "+18005671234", "1\u00a0800\u00a0567-1234", "1\u00a0800\u00a0567-1234"),
        (
            typography.phone,
            "+15142859286;ext=150",
            "514\u00a0285-9286, poste\u00a0150",
            "514\u00a0285-9286, ext.\u00a0150",
        ),
        (
            typography.phone,
            "+525512345678;ext=12",
            "+52\u00a055\u00a01234\u00a05678, poste\u00a012",
            "+52\u00a055\u00a01234\u00a05678, ext.\u00a012",
        ),
        (typography.phone, "+999123", "+999123", "+999123"),
        (typography.phone, "no number", "no number", "no number"),
        (typography.clock, "14:30", "14\u00a0h\u00a030", "2:30\u00a0p.m."),
        (typography.clock, "24:00", "minuit", "midnight"),
        (typography.phone, None, "", ""),
        (typography.fuzzy_date, None, "inconnue", "unknown"),
        (typography.fuzzy_date, FuzzyDate(FuzzyKind.UNKNOWN), "inconnue", "unknown"),
        (
            typography.fuzzy_date,
            FuzzyDate(FuzzyKind.DAY, DATE(1991, 3, 1), DATE(1991, 3, 1)),
            "1er mars 1991",
            "March 1, 1991",
        ),
        (
            typography.fuzzy_date,
            FuzzyDate(FuzzyKind.MONTH, DATE(1991, 3, 1), DATE(1991, 3, 31)),
            "mars 1991",
            "March 1991",
        ),
        (typography.fuzzy_date, FuzzyDate(FuzzyKind.YEAR, DATE(1991, 1, 1), DATE(1991, 12, 31)), "1991", "1991"),
        (
            typography.fuzzy_date,
            FuzzyDate(FuzzyKind.RANGE, DATE(1991, 3, 1), DATE(1991, 4, 5)),
            "entre le 1er mars 1991 et le 5 avril 1991",
            "between March 1, 1991 and April 5, 1991",
        ),
    ],
)
def test_text_in_both_languages(write, value, french, english):
    with translation.override("fr"):
        in_french = write(value)
    with translation.override("en"):
        in_english = write(value)

    assert (in_french, in_english) == (french, english)


def test_lines_keep_their_ends_and_nothing_else():
    assert typography.lines("<b>un</b>\r\ndeux\rtrois\n") == "&lt;b&gt;un&lt;/b&gt;<br>deux<br>trois<br>"


@given(st.text())
def test_lines_let_no_tag_through(text):
    html = typography.lines(text)

    assert "<" not in html.replace("<br>", "")


@given(st.datetimes(min_value=datetime.datetime(1900, 1, 2), timezones=st.just(datetime.UTC)))
def test_moment_is_local_time_to_the_minute(instant):
    with translation.override("fr"):
        written = typography.moment(instant)

    local = instant.astimezone(MONTREAL)
    assert written.endswith(f" {local.year} à {local.hour}\u00a0h" + (f"\u00a0{local.minute}" if local.minute else ""))
