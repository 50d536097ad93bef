"""The rules about how much: cases opened, files taken out, searches that lead nowhere, one case found again."""

import uuid

import pytest

from audit.log.actions import Outcome, Relation
from audit.review.actions import EXPORTED, LIST_EXPORTED
from cases import actions as cases
from tests.audit.planted import Known, at, ids, opened, person, plant, signals, told

pytestmark = pytest.mark.django_db


def open_many(who, number: int, *, day: int = 0, hour: int = 9) -> list:
    return [opened(who, at(hour, minute, days=day), Known(), Relation.ASSIGNED) for minute in range(number)]


def take_out(who, minutes, action=cases.FILE_PRINTED) -> list:
    return [plant(action, who, at(10, minute), Known(), relation=Relation.ASSIGNED) for minute in minutes]


def search(who, hour: int, *shown: str, minute: int = 0, looks: int = 1, day: int = 0) -> list:
    """A search and what it has found; gives the lists that were looked at."""
    plant(cases.SEARCHED, who, at(hour, minute, days=day))
    lists = []
    for look in range(looks):
        request, moment = uuid.uuid4(), at(hour, minute + look + 1, days=day)
        plant(cases.FOUND_SHOWN, who, moment, reference="result", request=request)
        lists.append(plant(cases.CASES_LISTED, who, moment, shown=list(shown), request=request))
    return lists


# --- Volume -------------------------------------------------------------------------------------------


def test_many_more_cases_than_usual_are_a_signal():
    who = person()
    for day in range(-10, 0):
        open_many(who, 2, day=day)
    entries = open_many(who, 25)

    (signal,) = signals("volume")

    assert (signal.actor_id, signal.entries, signal.reference) == (who.id, ids(*entries), "")


def test_the_same_case_again_and_again_is_no_volume():
    who, case = person(), Known()
    for minute in range(30):
        opened(who, at(9, minute), case, Relation.ASSIGNED)

    assert told("volume") == []


def test_many_cases_of_who_always_has_many_are_none():
    who = person()
    for day in range(-4, 0):
        open_many(who, 20, day=day)
    open_many(who, 25)

    assert told("volume") == []


def test_a_role_that_opens_many_is_measured_by_its_own():
    who = person("supervisor")
    for day in range(-3, 0):
        open_many(person("supervisor"), 30, day=day)
        open_many(person("caseworker"), 2, day=day)
    open_many(who, 25)

    assert told("volume") == []


# --- Taken out ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action", [cases.FILE_PRINTED, cases.ORIGINAL_DOWNLOADED, cases.ACCESS_LIST_MADE, EXPORTED, LIST_EXPORTED]
)
def test_many_files_at_once_are_a_signal(action):
    who = person()
    entries = take_out(who, range(0, 40, 5), action)

    assert told("taken_out") == [(who.id, ids(*entries))]


def test_many_files_over_hours_or_by_many_people_are_none():
    slow = person()
    for hour in range(8, 18):
        plant(cases.FILE_PRINTED, slow, at(hour), Known())
    for minute in range(10):
        plant(cases.FILE_PRINTED, person(), at(10, minute), Known())

    assert told("taken_out") == []


# --- Searches without follow-up -----------------------------------------------------------------------


def test_searches_that_lead_nowhere_are_a_signal():
    who = person()
    entries = [plant(cases.SEARCHED, who, at(9, minute)) for minute in range(8)]

    assert told("search_without_follow_up") == [(who.id, ids(*entries))]


def test_searches_after_which_a_case_is_opened_are_none():
    who = person()
    for hour in range(8, 18):
        plant(cases.SEARCHED, who, at(hour))
        opened(who, at(hour, 5), Known(), Relation.ASSIGNED)

    assert told("search_without_follow_up") == []


def test_a_refused_opening_follows_nothing_up():
    who = person()
    entries = [plant(cases.SEARCHED, who, at(9, minute)) for minute in range(8)]
    plant(cases.CASE_OPENED, who, at(9, 20), Known(), outcome=Outcome.FAILED)

    assert told("search_without_follow_up") == [(who.id, ids(*entries))]


# --- The same case again ------------------------------------------------------------------------------


def test_a_case_found_again_and_again_is_a_signal():
    who, case = person("supervisor"), Known()
    lists = [search(who, 9, case.reference, Known().reference, day=day)[0] for day in (0, 3, 6)]

    (signal,) = signals("repeated_search", days=9)

    assert (signal.actor_id, signal.reference, signal.entries) == (who.id, case.reference, ids(*lists))


def test_one_search_looked_at_again_is_none():
    who, case = person("supervisor"), Known()
    search(who, 9, case.reference, looks=6)

    assert told("repeated_search") == []


def test_long_lists_lists_of_no_search_and_own_cases_are_none():
    who, case, own = person("supervisor"), Known(), Known()
    opened(who, at(8), own, Relation.ASSIGNED)
    for hour in (9, 10, 11):
        search(who, hour, case.reference, *(Known().reference for _ in range(6)))
        search(who, hour, own.reference, minute=20)
        plant(cases.CASES_LISTED, who, at(hour, 40), shown=[case.reference])

    assert told("repeated_search") == []
