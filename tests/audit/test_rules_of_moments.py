"""The rules about when: at night, on a holiday, before leaving, after having left; and whose name it is."""

import pytest

from audit.log.actions import Outcome, Relation
from cases import actions as cases
from cases.own_name import Likeness
from cellule.accounts import actions as accounts
from tests.audit.planted import Known, at, ids, opened, person, plant, told

pytestmark = pytest.mark.django_db

ASSIGNED = Relation.ASSIGNED
# Thanksgiving, six days after the planted Tuesday.
HOLIDAY = 6


# --- Night and holidays -------------------------------------------------------------------------------


@pytest.mark.parametrize("hour", [23, 2])
def test_opening_at_night_is_a_signal(hour):
    who = person()
    # The log begins the day before: the night to Tuesday is Monday's.
    opened(person(), at(12, days=-1), Known(), ASSIGNED)
    entry = opened(who, at(hour), Known(), ASSIGNED)

    assert told("unusual_hours") == [(who.id, ids(entry))]


@pytest.mark.parametrize("hour", [6, 12, 21])
def test_opening_by_day_is_none(hour):
    opened(person(), at(hour), Known(), ASSIGNED)

    assert told("unusual_hours") == []


def test_night_work_of_who_often_works_at_night_is_none():
    who = person()
    for day in (-50, -30, -7):
        opened(who, at(23, days=day), Known(), ASSIGNED)
    opened(who, at(23), Known(), ASSIGNED)

    assert told("unusual_hours") == []


def test_one_night_is_one_signal():
    who = person()
    entries = [opened(who, moment, Known(), ASSIGNED) for moment in (at(23), at(1, days=1), at(5, days=1))]

    assert told("unusual_hours") == [(who.id, ids(*entries))]


def test_a_night_of_work_counts_once_on_both_sides_of_midnight():
    who = person()
    for moment in (at(23, days=-9), at(2, days=-8), at(23, days=-5), at(2, days=-4)):
        opened(who, moment, Known(), ASSIGNED)
    entry = opened(who, at(23), Known(), ASSIGNED)

    assert told("unusual_hours")[-1] == (who.id, ids(entry))


@pytest.mark.parametrize(("hour", "number"), [(0, 0), (1, 1), (4, 1), (5, 0)])
def test_night_may_lie_within_one_day(settings, hour, number):
    settings.REVIEW_THRESHOLDS = {"unusual_hours": {"from": 1, "to": 5, "nights": 3, "days": 60}}
    opened(person(), at(hour), Known(), ASSIGNED)

    assert len(told("unusual_hours")) == number


def test_opening_on_a_holiday_is_a_signal():
    who = person()
    opened(who, at(10, days=HOLIDAY - 1), Known(), ASSIGNED)
    entry = opened(who, at(10, days=HOLIDAY), Known(), ASSIGNED)
    opened(who, at(10, days=HOLIDAY + 1), Known(), ASSIGNED)

    assert told("holiday", days=HOLIDAY + 4) == [(who.id, ids(entry))]


# --- Leaving ------------------------------------------------------------------------------------------


def test_what_was_taken_along_before_leaving_is_a_signal():
    who = person()
    acts = [plant(cases.STORY_REVEALED, who, at(10, days=-day), Known()) for day in (6, 5, 4)]
    acts += [plant(cases.FILE_PRINTED, who, at(10, days=-day), Known()) for day in (3, 2)]
    plant(accounts.REMOVED, person("supervisor"), at(12), reference=who.id)

    assert told("last_days") == [(who.id, ids(*acts))]


def test_leaving_after_quiet_days_is_none():
    who, stays = person(), person()
    for day in range(20, 26):
        plant(cases.STORY_REVEALED, who, at(10, days=-day), Known())
    for day in range(1, 7):
        opened(who, at(10, days=-day), Known(), ASSIGNED)
        plant(cases.STORY_REVEALED, stays, at(10, days=-day), Known())
    plant(accounts.REMOVED, person("supervisor"), at(12), reference=who.id)

    assert told("last_days") == []


def try_to_sign_in(who, moment):
    return plant(accounts.SIGN_IN_FAILED, person("anonymous"), moment, reference=who.id, outcome=Outcome.FAILED)


def test_sign_in_with_a_closed_account_is_a_signal():
    who = person()
    plant(accounts.REMOVED, person("supervisor"), at(9), reference=who.id)
    entry = try_to_sign_in(who, at(10))

    ((_actor, entries),) = told("gone_account")

    assert entries == ids(entry)


def test_sign_in_before_leaving_or_after_coming_back_is_none():
    who = person()
    try_to_sign_in(who, at(8))
    plant(accounts.REMOVED, person("supervisor"), at(9), reference=who.id)
    plant(accounts.ADMITTED, person("supervisor"), at(10), reference=who.id)
    try_to_sign_in(who, at(11))
    try_to_sign_in(person(), at(11))

    assert told("gone_account") == []


# --- Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "likeness"), [("own_record", Likeness.NAME), ("own_household", Likeness.FAMILY_NAME)])
def test_flag_of_the_page_is_a_signal_of_its_own_rule(code, likeness):
    who, case = person(), Known()
    flags = {each: plant(cases.OWN_NAME_SEEN, who, at(10), case, purpose=each) for each in Likeness}

    assert told(code) == [(who.id, ids(flags[likeness]))]


def test_opening_without_a_flag_is_none():
    opened(person(), at(10), Known(), ASSIGNED)

    assert [told("own_record"), told("own_household")] == [[], []]
