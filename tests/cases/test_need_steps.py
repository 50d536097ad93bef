"""The whole story of the steps of a need: every step × every way it can stand × every kind of person."""

import pytest

from cases.models import Need, State
from cases.models.codes import NeedState
from cellule.accounts.roles import SYSTEM
from tests.factories import case_at, need, take
from tests.people import acting
from tests.step_answer import answer

# Claire leads the case, Joaquín shares in it, Ana answered another call, Mireille supervises, Paule audits, Luc keeps
# the machine running.
PEOPLE = ("claire", "joaquin", "ana", "mireille", "paule", "luc", "system")
REACHED_BY = {"open": [], "met": ["meet"], "dropped": ["drop"]}

TABLE = """
# open
meet      done done 404 403 404 404 403
drop      done done 404 403 404 404 403
come_back 409  409  404 403 404 404 403

# met
meet      409  409  404 403 404 404 403
drop      409  409  404 403 404 404 403
come_back done done 404 403 404 404 403

# dropped
meet      409  409  404 403 404 404 403
drop      409  409  404 403 404 404 403
come_back done done 404 403 404 404 403
"""
# Whatever it would be in an open case.
IN_A_CLOSED_CASE = ["409", "409", "404", "403", "404", "404", "403"]


def _rows() -> dict[str, dict[str, list[str]]]:
    """By state and step what each person is answered."""
    rows: dict[str, dict[str, list[str]]] = {}
    for block in TABLE.strip().split("\n\n"):
        state, *lines = block.splitlines()
        rows[state.removeprefix("# ")] = {name: cells for name, *cells in map(str.split, lines)}
    return rows


@pytest.fixture
def people(db):
    return {name: SYSTEM if name == "system" else acting(name) for name in PEOPLE}


@pytest.fixture
def case(people):
    return case_at(State.ACTIVE, people["claire"], shared_with=people["joaquin"])


def _found(kept: Need, people) -> dict[str, list[str]]:
    return {step.name: [answer(kept, step, people[name]) for name in PEOPLE] for step in Need.steps()}


def test_every_step_and_state_is_in_the_table():
    steps = [step.name for step in Need.steps()]

    assert {state: list(rows) for state, rows in _rows().items()} == {state.value: steps for state in NeedState}
    assert list(REACHED_BY) == list(_rows())


@pytest.mark.parametrize("state", NeedState.values)
def test_every_step_answers_each_person_as_the_table_says(case, people, state):
    kept = need(case, people["claire"], urgent=True)
    for name in REACHED_BY[state]:
        take(kept, name, people["claire"])

    assert kept.state == state
    assert _found(kept, people) == _rows()[state]


@pytest.mark.parametrize("state", NeedState.values)
def test_need_of_a_closed_case_rests(case, people, state):
    kept = need(case, people["claire"])
    for name in REACHED_BY[state]:
        take(kept, name, people["claire"])
    take(case, "propose_closing", people["claire"])
    take(case, "close", people["mireille"])

    assert _found(kept, people) == {step.name: IN_A_CLOSED_CASE for step in Need.steps()}


def test_step_of_a_need_is_told_under_its_case(case, people, logged):
    kept = need(case, people["claire"])
    logged()

    take(kept, "meet", people["claire"])
    take(kept, "come_back", people["joaquin"])

    assert logged() == [
        ("cases.need_met", "cases.need", case.reference, "assigned", "done"),
        ("cases.need_back", "cases.need", case.reference, "assigned", "done"),
    ]
