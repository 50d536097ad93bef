"""The whole story of the steps of a possible match: every step × every way it can stand × every kind of person."""

import pytest

from cases.models import Match
from cases.search.duplicates import compare
from cellule.accounts.roles import SYSTEM
from tests.cases.named import named
from tests.factories import take
from tests.people import acting
from tests.step_answer import answer

# Claire wrote one of the two names, Ana takes first calls, Mireille supervises, Paule audits, Luc keeps the machine
# running.
PEOPLE = ("claire", "ana", "mireille", "paule", "luc", "system")
REACHED_BY = {"possible": [], "looked_at": ["look_at"], "same": ["confirm"], "not_same": ["refute"]}
TABLE = """
# possible
look_at 404 404 done 404 404 404
confirm 404 404 done 404 404 404
refute  404 404 done 404 404 404

# looked_at
look_at 404 404 409  404 404 404
confirm 404 404 done 404 404 404
refute  404 404 done 404 404 404

# same
look_at 404 404 409  404 404 404
confirm 404 404 409  404 404 404
refute  404 404 409  404 404 404

# not_same
look_at 404 404 409  404 404 404
confirm 404 404 409  404 404 404
refute  404 404 409  404 404 404
"""


def _rows() -> dict[str, dict[str, list[str]]]:
    rows: dict[str, dict[str, list[str]]] = {}
    for block in TABLE.strip().split("\n\n"):
        state, *lines = block.splitlines()
        rows[state.removeprefix("# ")] = {name: cells for name, *cells in map(str.split, lines)}
    return rows


def test_every_step_and_state_is_in_the_table():
    steps = [step.name for step in Match.steps()]

    assert {state: list(rows) for state, rows in _rows().items()} == dict.fromkeys(REACHED_BY, steps)


@pytest.mark.parametrize("state", REACHED_BY)
def test_every_step_answers_each_person_as_the_table_says(caseworker, other_caseworker, supervisor, state):
    for worker in (caseworker, other_caseworker):
        named(worker, "Zélie Quetzal")
    compare(supervisor)
    match = Match.objects.get()
    for name in REACHED_BY[state]:
        take(match, name, supervisor)
    people = {name: SYSTEM if name == "system" else acting(name) for name in PEOPLE}

    assert match.state == state
    assert {step.name: [answer(match, step, people[name]) for name in PEOPLE] for step in Match.steps()} == _rows()[
        state
    ]
