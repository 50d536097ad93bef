"""The whole story of the steps of an agreement: every step × every way it can stand × every kind of person."""

import datetime

import pytest
from django.utils import timezone

from cellule.accounts.roles import SYSTEM
from referrals.models import Agreement, AgreementState
from tests.factories import take
from tests.people import acting
from tests.referrals.agencies import agency, agreement
from tests.step_answer import answer

# Mireille supervises, Claire leads cases, Ana takes first calls, Noor and Solange are of
# two agencies, Paule audits, Luc keeps the machine running.
PEOPLE = ("mireille", "claire", "ana", "noor", "solange", "paule", "luc", "system")
REACHED_BY = {"draft": [], "in_force": ["put_in_force"], "suspended": ["put_in_force", "suspend"], "ended": ["end"]}

TABLE = """
# draft
put_in_force done 403 403 404 404 404 404 403
suspend      409  403 403 404 404 404 404 403
resume       409  403 403 404 404 404 404 403
end          done 403 403 404 404 404 404 403
expire       403  403 403 404 404 404 404 409

# in_force
put_in_force 409  403 403 404 404 404 404 403
suspend      done 403 403 404 404 404 404 403
resume       409  403 403 404 404 404 404 403
end          done 403 403 404 404 404 404 403
expire       403  403 403 404 404 404 404 409

# suspended
put_in_force 409  403 403 404 404 404 404 403
suspend      409  403 403 404 404 404 404 403
resume       done 403 403 404 404 404 404 403
end          done 403 403 404 404 404 404 403
expire       403  403 403 404 404 404 404 409

# ended
put_in_force 409  403 403 404 404 404 404 403
suspend      409  403 403 404 404 404 404 403
resume       409  403 403 404 404 404 404 403
end          409  403 403 404 404 404 404 403
expire       403  403 403 404 404 404 404 409
"""


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


def _found(kept: Agreement, people) -> dict[str, list[str]]:
    return {step.name: [answer(kept, step, people[name]) for name in PEOPLE] for step in Agreement.steps()}


def test_every_step_and_state_is_in_the_table():
    steps = [step.name for step in Agreement.steps()]

    assert {state: list(rows) for state, rows in _rows().items()} == {state.value: steps for state in AgreementState}
    assert list(REACHED_BY) == list(_rows())


@pytest.mark.parametrize("state", AgreementState.values)
def test_every_step_answers_each_person_as_the_table_says(people, state):
    kept = agreement(agency(), by=people["mireille"])
    for name in REACHED_BY[state]:
        take(kept, name, people["mireille"])

    assert kept.state == state
    assert _found(kept, people) == _rows()[state]


@pytest.mark.parametrize("state", ["in_force", "suspended"])
def test_house_ends_what_is_past_its_last_day(people, state, time_machine):
    kept = agreement(agency(), by=people["mireille"])
    for name in REACHED_BY[state]:
        take(kept, name, people["mireille"])
    time_machine.move_to(_noon(kept.ends_on + datetime.timedelta(days=1)), tick=False)

    found = _found(kept, people)

    assert {name: cells[-1] for name, cells in found.items()} == {
        **dict.fromkeys(["put_in_force", "suspend", "resume", "end"], "403"),
        "expire": "done",
    }
    # Nor does a supervisor bring it back.
    assert found["resume"][0] == "409"


def _noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(12), timezone.get_default_timezone())


def test_second_agreement_waits_for_the_end_of_the_first(people):
    body = agency()
    first, second = (agreement(body, by=people["mireille"], number=number) for number in ("1", "2"))
    take(first, "put_in_force", people["mireille"])

    before = answer(second, Agreement.put_in_force.step, people["mireille"])
    take(first, "end", people["mireille"])
    after = answer(second, Agreement.put_in_force.step, people["mireille"])

    assert (before, after) == ("409", "done")


def test_unsigned_agreement_is_not_put_in_force(people):
    kept = agreement(agency(), by=people["mireille"], signed_on=None)

    assert answer(kept, Agreement.put_in_force.step, people["mireille"]) == "409"
