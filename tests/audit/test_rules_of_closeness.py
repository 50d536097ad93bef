"""The rules about cases that are kept closer: circles, great danger, reveals, closed cases, agencies' time."""

import pytest

from audit.log.actions import Outcome, Relation
from cases import actions as cases
from cellule.accounts import actions as accounts
from referrals import actions as referrals
from tests.audit.planted import Known, at, ids, opened, person, plant, told

pytestmark = pytest.mark.django_db

ASSIGNED, SUPERVISOR, REFERRAL = Relation.ASSIGNED, Relation.SUPERVISOR, Relation.REFERRAL


# --- Circles and great danger -------------------------------------------------------------------------


def test_every_look_at_a_case_in_a_circle_is_a_signal():
    who, case = person(), Known()
    opened(who, at(8), case, ASSIGNED)
    plant(cases.CIRCLE_MADE, person("supervisor"), at(9), case, relation=SUPERVISOR)
    entries = [opened(who, at(hour), case, ASSIGNED) for hour in (10, 11)]

    assert told("circle_opened") == [(who.id, ids(*entries))]


def test_a_case_that_left_its_circle_is_none():
    case = Known()
    plant(cases.CIRCLE_MADE, person("supervisor"), at(8), case)
    plant(cases.CIRCLE_LIFTED, person("supervisor"), at(9), case)
    opened(person(), at(10), case, ASSIGNED)

    assert told("circle_opened") == []


def test_a_look_at_a_case_of_great_danger_is_a_signal():
    who, case = person("supervisor"), Known()
    plant(cases.ASSESSMENT_COUNTERSIGNED, person("supervisor"), at(8), case, relation=SUPERVISOR)
    entry = opened(who, at(10), case, SUPERVISOR)

    assert told("high_risk_opened") == [(who.id, ids(entry))]


def test_its_own_team_and_a_case_without_great_danger_are_none():
    who, case, calm = person(), Known(), Known()
    plant(cases.ASSESSMENT_COUNTERSIGNED, person("supervisor"), at(8), case)
    opened(who, at(10), case, ASSIGNED)
    opened(person("supervisor"), at(10), calm, SUPERVISOR)
    plant(cases.ASSESSMENT_COUNTERSIGNED, person("supervisor"), at(11), calm)

    assert told("high_risk_opened") == []


def test_its_own_team_counts_too_where_the_setting_says_so(settings):
    settings.REVIEW_THRESHOLDS = {"high_risk_opened": {"openings": 1, "team": 1}}
    who, case = person(), Known()
    plant(cases.ASSESSMENT_COUNTERSIGNED, person("supervisor"), at(8), case)
    entry = opened(who, at(10), case, ASSIGNED)

    assert told("high_risk_opened") == [(who.id, ids(entry))]


# --- Reveals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [cases.IDENTITY_REVEALED, cases.CONTACT_REVEALED])
def test_reveal_with_nothing_done_is_a_signal(action):
    who, case = person(), Known()
    opened(who, at(9), case, ASSIGNED)
    entry = plant(action, who, at(10), case, relation=ASSIGNED)
    plant(cases.NOTE_ADDED, person(), at(10), case, relation=ASSIGNED)
    plant(cases.NOTE_ADDED, who, at(10), Known(), relation=ASSIGNED)

    assert told("revealed_without_work") == [(who.id, ids(entry))]


@pytest.mark.parametrize("moment", [at(20, days=-1), at(11), at(9, days=1)])
def test_reveal_with_work_around_it_is_none(moment):
    who, case = person(), Known()
    plant(cases.CONTACT_REVEALED, who, at(10), case, relation=ASSIGNED)
    plant(cases.NOTE_ADDED, who, moment, case, relation=ASSIGNED)

    assert told("revealed_without_work") == []


# --- Closed cases -------------------------------------------------------------------------------------


@pytest.mark.parametrize("closing", [cases.CASE_CLOSED, cases.INQUIRY_CLOSED])
def test_opening_a_case_closed_days_ago_is_a_signal(closing):
    who, case = person(), Known()
    plant(closing, person("supervisor"), at(9, days=-3), case)
    entry = opened(who, at(10), case, ASSIGNED)

    assert told("closed_case") == [(who.id, ids(entry))]


@pytest.mark.parametrize(("days", "reopened"), [(-1, None), (-5, at(9, days=-1)), (-5, at(11))])
def test_a_case_just_closed_or_reopened_is_none(days, reopened):
    who, case = person(), Known()
    plant(cases.CASE_CLOSED, person("supervisor"), at(9, days=days), case)
    opened(who, at(10), case, ASSIGNED)
    if reopened:
        plant(cases.CASE_REOPENED, who, reopened, case, relation=ASSIGNED)

    assert told("closed_case") == []


# --- Agencies -----------------------------------------------------------------------------------------


def test_agency_that_opens_what_is_over_is_a_signal():
    who, referral = person("agency_worker"), Known()
    plant(referrals.ACCESS_ENDED, person("system"), at(9), referral)
    entry = plant(referrals.AGREED_OPENED, who, at(10), referral, relation=REFERRAL)

    assert told("agency_beyond_window") == [(who.id, ids(entry))]


def test_agency_that_tries_again_and_again_is_a_signal():
    who, referral = person("agency_coordinator"), Known()
    plant(referrals.REFERRAL_RECALLED, person(), at(9), referral)
    tries = [
        plant(accounts.REFUSED, who, at(10, minute), reference=referral.reference, outcome=Outcome.REFUSED_UNKNOWN)
        for minute in range(3)
    ]

    assert told("agency_beyond_window") == [(who.id, ids(*tries))]


def test_agency_in_its_time_and_a_single_try_after_it_are_none():
    who, referral = person("agency_worker"), Known()
    plant(referrals.AGREED_OPENED, who, at(8), referral, relation=REFERRAL)
    plant(referrals.REFERRAL_RECALLED, person(), at(9), referral)
    plant(accounts.REFUSED, who, at(10), reference=referral.reference, outcome=Outcome.REFUSED_UNKNOWN)

    assert told("agency_beyond_window") == []
