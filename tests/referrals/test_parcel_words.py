"""The parcel line: how far, whose move, since when and until when."""

import datetime
import uuid

import pytest
from django.utils import timezone

from referrals.models.codes import ReferralState as S
from referrals.parcel import AGENCY, UNIT, asks_something, messages_of, parcel_of, traces_of
from tests.referrals.sent import CLINIC, joined, referral_at
from tests.referrals.test_sending_pages import _read

pytestmark = pytest.mark.django_db

DONE, NOW, AHEAD = "done", "current", "to_come"


@pytest.fixture
def line(supervisor, caseworker, coordinator):
    """`line(S.SENT)`: the referral in this state, and its parcel line for one side."""
    clinic = joined(CLINIC, supervisor)

    def line(state, side=UNIT, then=lambda referral: None):
        referral = referral_at(state, lead=caseworker, partner=coordinator, to=clinic)
        then(referral)
        read = _read(referral, caseworker)
        asks = asks_something(messages_of(referral, read))
        return referral, parcel_of(referral, traces_of(referral, read), side=side, names={}, asks=asks)

    return line


@pytest.mark.parametrize(
    ("state", "stages", "turn"),
    [
        (S.SENT, [NOW, AHEAD, AHEAD, AHEAD, AHEAD], "agency"),
        (S.VIEWED, [DONE, NOW, AHEAD, AHEAD, AHEAD], "agency"),
        (S.ACCEPTED, [DONE, DONE, NOW, AHEAD, AHEAD], "agency"),
        (S.IN_SERVICE, [DONE, DONE, DONE, NOW, AHEAD], "agency"),
        (S.ON_HOLD, [DONE, DONE, DONE, NOW, AHEAD], "agency"),
        (S.COMPLETED, [DONE, DONE, DONE, DONE, NOW], "unit"),
        (S.DECLINED, [DONE, NOW], "unit"),
        (S.NOT_DELIVERED, [DONE, DONE, NOW], "unit"),
        (S.RECALLED, [DONE, DONE, NOW], "agency"),
        (S.ENTERED_IN_ERROR, [DONE, DONE, NOW], "agency"),
    ],
)
def test_line_shows_how_far_it_is_and_whose_move_it_is(line, state, stages, turn):
    referral, parcel = line(state)

    assert [word for _stage, word in parcel.stages] == stages
    assert next(stage for stage, word in parcel.stages if word == NOW) == referral.get_state_display()
    assert parcel.turn == turn


def test_waiting_line_says_until_when_and_when_the_house_reminds(line):
    referral, parcel = line(S.SENT)

    assert (parcel.until, parcel.reminded_on) == (referral.due_on, referral.due_on)
    assert timezone.now() - parcel.since < datetime.timedelta(minutes=5)


def test_answered_line_waits_for_nothing(line):
    _referral, parcel = line(S.ACCEPTED)

    assert (parcel.until, parcel.reminded_on) == (None, None)


def test_reminded_line_names_no_further_reminder(line):
    _referral, parcel = line(S.SENT, then=lambda referral: setattr(referral, "reminded", True))

    assert (parcel.until is None, parcel.reminded_on) == (False, None)


def test_question_of_the_agency_is_the_units_move(line, coordinator, caseworker):
    def ask(referral):
        referral.write_message(by=coordinator, row_id=uuid.uuid4(), words="Combien de personnes ?")

    def ask_and_answer(referral):
        ask(referral)
        referral.write_message(by=caseworker, row_id=uuid.uuid4(), words="Trois.")

    assert line(S.VIEWED, then=ask)[1].turn == "unit"
    assert line(S.VIEWED, then=ask_and_answer)[1].turn == "agency"


@pytest.mark.parametrize("state", [S.SENT, S.ACCEPTED, S.ON_HOLD, S.IN_SERVICE, S.COMPLETED, S.RECALLED])
def test_each_side_reads_its_own_sentence(line, state):
    unit, agency = line(state, UNIT)[1], line(state, AGENCY)[1]

    assert unit.turn == agency.turn
    assert unit.says != agency.says


def test_settled_line_is_nobodys_move(line, caseworker):
    _referral, parcel = line(S.DECLINED, then=lambda referral: referral.settle(by=caseworker))

    assert parcel.turn == ""
