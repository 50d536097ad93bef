"""How a person may be reached, in words; what must not be overlooked; and whether this moment is safe."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from cases.contact import details_in_words, is_safe_now, rules_in_words, warning
from cases.models import ContactDetails, ContactRules
from cellule.forms import ANY_TIME, Unknown, Window
from cellule.forms.unknown import to_json

MONTREAL = ZoneInfo("America/Toronto")
TUESDAY = datetime.datetime(2026, 11, 24, 10, 30, tzinfo=MONTREAL)
TUESDAYS = Window((2,), "10:00", "11:00").to_json()
ANY, LATER = ANY_TIME.to_json(), to_json(Unknown.LATER)

ONLY_THEN = "Contact the person only at these times (Tuesday, from 10:00\u00a0a.m. to 11:00\u00a0a.m.)."
NO_VOICE = "Leave no voice message."
NOT_KNOWN = "It is not known when it is safe to call."


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("rules", "safe"),
    [
        (ContactRules(channels=("call",), window=TUESDAYS), True),
        (ContactRules(channels=("call",), window=Window((1, 3), "10:00", "11:00").to_json()), False),
        (ContactRules(channels=("call",), window=Window((2,), "10:31", "11:00").to_json()), False),
        (ContactRules(channels=("organisation",), window=ANY), True),
        (ContactRules(channels=("call",), window=LATER), None),
        (ContactRules(channels=("call",)), None),
        (ContactRules(none_possible=True), False),
        (ContactRules(none_possible=True, window=ANY), False),
        (ContactRules(channels=("in_person",), window=ANY), False),
        (ContactRules(channels=("call", "in_person"), window=ANY), True),
    ],
)
def test_moment_is_safe_as_the_rules_say(rules, safe):
    assert is_safe_now(rules, TUESDAY) is safe


def test_moment_is_judged_by_the_clocks_of_montreal():
    rules = ContactRules(channels=("call",), window=TUESDAYS)

    assert is_safe_now(rules, TUESDAY.astimezone(datetime.UTC)) is True
    assert is_safe_now(rules, TUESDAY.replace(tzinfo=datetime.UTC)) is False


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (None, "It is not written down yet how the person can be reached safely."),
        (ContactRules(none_possible=True, watched="yes"), "Do not contact the person: no way is safe."),
        (
            ContactRules(channels=("in_person",)),
            "Meet the person face to face only: do not call and do not write.",
        ),
        (ContactRules(channels=("call",), window=ANY, voicemail="yes", watched="no"), ""),
        (ContactRules(channels=("text",), window=ANY), ""),
        (ContactRules(channels=("call",), window=ANY, voicemail="never"), NO_VOICE),
        (ContactRules(channels=("call",), window=ANY, voicemail=LATER), NO_VOICE),
        (ContactRules(channels=("call",), window=ANY), NO_VOICE),
        (ContactRules(channels=("call",), window=ANY, voicemail="neutral"), "A voice message says nothing about us."),
        (ContactRules(channels=("text",), window=to_json(Unknown.DECLINED)), NOT_KNOWN),
        (
            ContactRules(channels=("call",), window=TUESDAYS, voicemail="never", watched="yes"),
            f"{ONLY_THEN} {NO_VOICE} Somebody else looks at the phone or the mail.",
        ),
    ],
)
def test_warning_tells_what_must_not_be_overlooked(rules, told):
    assert warning(rules) == told


def test_rules_are_said_in_words_and_what_was_not_asked_is_left_out():
    rules = ContactRules(
        channels=("call", "text", "pigeon"),
        window=ANY,
        voicemail="neutral",
        who_answers=to_json(Unknown.DONT_KNOW),
        cover="La bibliothèque",
        confirmed_at="2026-11-22T02:30:00+00:00",
    )

    assert rules_in_words(rules) == [
        ("How", "A phone call, A text message, pigeon"),
        ("When", "at any time"),
        ("Voice message", "Only a message that says nothing"),
        ("Who may answer", "Does not know"),
        ("What to say to others", "La bibliothèque"),
        ("Last confirmed", "November 21, 2026"),
    ]


def test_no_safe_way_is_said_in_words():
    assert rules_in_words(ContactRules(none_possible=True)) == [("How", "No way is safe")]


def test_details_are_said_in_words():
    details = ContactDetails("+15145550199;ext=150", to_json(Unknown.DECLINED), "olive")

    assert details_in_words(details) == [
        ("Telephone number", "514\u00a0555-0199, ext.\u00a0150"),
        ("E-mail or place", "Prefers not to answer"),
        ("Code word", "olive"),
    ]
