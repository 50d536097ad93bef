"""The steps of a month's sign-off as one table: every step × every state × every kind of person."""

from datetime import timedelta

import pytest

from audit.review.models import Item, SignOff, SignOffState
from audit.review.months import bounds, month_before, this_month
from audit.review.sample import draw_month
from audit.review.sign_off import sign_off
from cellule.accounts.roles import SYSTEM
from tests.audit.rules_read import read_by_every_rule
from tests.audit.tree import sequence
from tests.audit.written_then import planted
from tests.people import acting
from tests.step_answer import answer

pytestmark = pytest.mark.django_db(transaction=True)

# Paule audits and has signed. Rose is the privacy officer; the others have no part in it.
PEOPLE = ("claire", "joaquin", "mireille", "paule", "rose", "luc", "noor", "system")
TABLE = {
    SignOffState.SIGNED: {"see": "404 404 404 403 done 404 404 403"},
    SignOffState.SEEN: {"see": "404 404 404 403 409 404 404 403"},
}


def test_every_step_has_a_row_in_every_state():
    steps = [step.name for step in SignOff.steps()]

    assert {state: list(rows) for state, rows in TABLE.items()} == dict.fromkeys(SignOffState, steps)


@pytest.mark.parametrize("state", SignOffState)
def test_every_step_answers_each_person_as_the_table_says(settings, tmp_path, caseworker, state):
    settings.LOG_KEY_FILE, settings.LOG_WITNESSES = tmp_path / "log.json", {}
    people = {name: SYSTEM if name == "system" else acting(name) for name in PEOPLE}
    month = month_before(this_month())
    planted(bounds(month)[0], caseworker.actor.id)
    sequence()
    draw_month(month)
    read_by_every_rule(bounds(month)[1] + timedelta(days=1))
    Item.objects.get().justify(by=people["paule"])
    signed = sign_off(month, carried=[], by=people["paule"])
    if state == SignOffState.SEEN:
        signed.see(by=people["rose"])

    found = {step.name: " ".join(answer(signed, step, people[name]) for name in PEOPLE) for step in SignOff.steps()}

    assert SignOff.objects.get().state == state
    assert found == TABLE[state]
