"""The rules about who has to do with a case: each with what it hits, and with what is like it and right."""

import pytest

from audit.log.actions import Outcome, Relation
from audit.review.evaluating import evaluate
from audit.review.models import Signal
from audit.review.rules.rule import rule_called
from cases import actions as cases
from cellule.accounts import actions as accounts
from tests.audit.planted import Known, at, ids, opened, person, plant, signals, told

pytestmark = pytest.mark.django_db

ASSIGNED, SUPERVISOR, NONE = Relation.ASSIGNED, Relation.SUPERVISOR, Relation.NONE
UNKNOWN, FORBIDDEN = Outcome.REFUSED_UNKNOWN, Outcome.REFUSED_FORBIDDEN


# --- No relationship ----------------------------------------------------------------------------------


def test_opening_without_a_tie_is_a_signal():
    who, case = person(), Known()
    entry = opened(who, at(10), case)

    (signal,) = signals("no_relationship")

    assert (signal.actor_id, signal.entries, signal.first_entry) == (who.id, ids(entry), entry.pk)
    assert (signal.reference, signal.subject, signal.at) == (case.reference, case.subject, entry.at)


def test_openings_of_one_case_in_one_day_are_one_signal():
    who, case = person(), Known()
    entries = [opened(who, at(hour), case) for hour in (9, 10, 15)]

    assert told("no_relationship") == [(who.id, ids(*entries))]


@pytest.mark.parametrize(
    ("action", "relation", "moment"),
    [
        (cases.CASE_OPENED, ASSIGNED, at(9, days=-20)),
        (cases.NOTE_ADDED, NONE, at(11)),
        (cases.CASE_ASSIGNED, SUPERVISOR, at(9, days=1)),
    ],
)
def test_opening_with_a_tie_is_no_signal(action, relation, moment):
    who, case = person(), Known()
    opened(who, at(10), case)
    plant(action, who, moment, case, relation=relation)

    assert told("no_relationship") == []


@pytest.mark.parametrize("moment", [at(9, days=-40), at(11, days=2)])
def test_a_tie_of_another_time_is_none(moment):
    who, case = person(), Known()
    entry = opened(who, at(10), case)
    plant(cases.NOTE_ADDED, who, moment, case)

    assert told("no_relationship") == [(who.id, ids(entry))]


def test_supervisor_may_look_at_the_case_and_needs_a_tie_for_its_story():
    who, case = person("supervisor"), Known()
    opened(who, at(10), case, SUPERVISOR)
    assert told("no_relationship", days=2) == []

    story = plant(cases.STORY_REVEALED, who, at(10, days=2), case, relation=SUPERVISOR)

    assert told("no_relationship", days=6) == [(who.id, ids(story))]


# --- After it was given away --------------------------------------------------------------------------


def test_tries_after_the_case_was_given_away_are_a_signal():
    who, case = person(), Known()
    opened(who, at(9), case, ASSIGNED)
    plant(cases.CASE_ASSIGNED, person("supervisor"), at(10), case, relation=SUPERVISOR)
    tries = [
        plant(accounts.REFUSED, who, at(11, minute), reference=case.reference, outcome=UNKNOWN) for minute in (0, 5)
    ]

    assert told("former_tie") == [(who.id, ids(*tries))]


def test_tries_of_who_still_works_on_the_case_are_none():
    who, case = person(), Known()
    plant(cases.CASE_ASSIGNED, person("supervisor"), at(8), case, relation=SUPERVISOR)
    opened(who, at(9), case, ASSIGNED)
    for minute in (0, 5):
        plant(accounts.REFUSED, who, at(11, minute), reference=case.reference, outcome=UNKNOWN)

    assert told("former_tie") == []


def test_one_try_after_the_case_was_given_away_is_none():
    who, case = person(), Known()
    opened(who, at(9), case, ASSIGNED)
    plant(cases.CASE_HANDED_OVER, who, at(10), case, relation=ASSIGNED)
    plant(accounts.REFUSED, who, at(11), reference=case.reference, outcome=UNKNOWN)

    assert told("former_tie") == []


# --- Many people --------------------------------------------------------------------------------------


def test_many_people_on_one_case_are_a_signal():
    people, case = [person("supervisor") for _ in range(4)], Known()
    entries = [opened(who, at(9, days=day), case, SUPERVISOR) for day, who in enumerate(people)]

    assert told("many_people", days=6) == [(people[-1].id, ids(*entries))]


@pytest.mark.parametrize("apart", [3, 0])
def test_few_people_and_the_case_s_own_team_are_none(apart):
    case = Known()
    for _ in range(apart):
        opened(person("supervisor"), at(9), case, SUPERVISOR)
    for _ in range(5):
        opened(person(), at(10), case, ASSIGNED)

    assert told("many_people") == []


# --- A right given to oneself -------------------------------------------------------------------------


@pytest.mark.parametrize("grant", cases.GRANTS, ids=lambda action: action.code)
def test_case_given_to_oneself_is_a_signal(grant):
    who, case = person("supervisor"), Known()
    step = plant(grant, who, at(10), case, relation=SUPERVISOR, shown=[person().id, who.id])

    assert told("own_right") == [(who.id, ids(step))]


@pytest.mark.parametrize("shown", [None, [], ["somebody-else"]])
def test_case_given_to_somebody_else_is_none(shown):
    who, case = person("supervisor"), Known()
    plant(cases.CASE_ASSIGNED, who, at(10), case, relation=SUPERVISOR, shown=shown)
    opened(who, at(11), case, ASSIGNED)

    assert told("own_right") == []


def test_rights_given_to_oneself_count_from_so_many_in_24_hours(settings):
    settings.REVIEW_THRESHOLDS = {"own_right": {"acts": 2}}
    who, other = person("supervisor"), person("supervisor")
    steps = [
        plant(cases.CASE_ASSIGNED, by, at(hour, days=day), Known(), relation=SUPERVISOR, shown=[by.id])
        for by, hour, day in ((who, 8, 0), (other, 9, 0), (who, 10, 0), (who, 11, 1))
    ]

    assert told("own_right") == [(who.id, ids(steps[2]))]


def test_circle_made_by_who_worked_on_the_case_anyway_is_none():
    who = person("supervisor")
    plant(cases.CIRCLE_MADE, who, at(10), Known(), relation=ASSIGNED, shown=[who.id])

    assert told("own_right") == []


@pytest.mark.parametrize("action", [accounts.ROLE_CHANGED, accounts.ROLE_PROPOSED, accounts.ADMITTED])
def test_own_role_is_a_signal_and_another_person_s_is_none(action):
    who, other = person("supervisor"), person()
    plant(action, who, at(9), reference=other.id)
    own = plant(action, who, at(10), reference=who.id)

    assert told("own_right") == [(who.id, ids(own))]


# --- Refused, then opened -----------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [UNKNOWN, FORBIDDEN])
def test_refused_then_opened_is_a_signal(outcome):
    who, case = person(), Known()
    plant(accounts.REFUSED, who, at(9), reference=case.reference, outcome=outcome)
    entry = opened(who, at(10), case, ASSIGNED)

    assert told("refused_then_opened") == [(who.id, ids(entry))]


def test_refused_something_of_a_case_that_was_open_before_is_none():
    who, case = person(), Known()
    opened(who, at(8), case, ASSIGNED)
    plant(accounts.REFUSED, who, at(9), reference=case.reference, outcome=FORBIDDEN)
    opened(who, at(10), case, ASSIGNED)

    assert told("refused_then_opened") == []


def test_one_refusal_is_one_signal_however_often_it_is_asked_about():
    who, case, monday = person(), Known(), 6
    plant(accounts.REFUSED, who, at(23, 40, days=monday - 1), reference=case.reference, outcome=UNKNOWN)
    first = opened(who, at(0, 7, days=monday), case, ASSIGNED)
    rule = rule_called("refused_then_opened")
    # The opening lies in two spans: one that begins in one week, one in the next.
    for minutes in (0, 15, 30):
        evaluate(rule, at(0, minutes, days=monday))
    opened(who, at(9, days=monday), case, ASSIGNED)
    evaluate(rule, at(10, days=monday))

    assert [signal.entries for signal in Signal.objects.filter(rule=rule.code)] == [ids(first)]


def test_emergency_access_after_a_refusal_is_reviewed_as_such():
    who, case = person(), Known()
    plant(accounts.REFUSED, who, at(9), reference=case.reference, outcome=UNKNOWN)
    opened(who, at(10), case, Relation.BREAK_GLASS)

    assert told("refused_then_opened") == []


def test_refused_long_before_or_somebody_else_is_none():
    who, case = person(), Known()
    plant(accounts.REFUSED, who, at(9, days=-2), reference=case.reference, outcome=UNKNOWN)
    plant(accounts.REFUSED, person(), at(9), reference=case.reference, outcome=UNKNOWN)
    opened(who, at(10), case, ASSIGNED)

    assert told("refused_then_opened") == []
