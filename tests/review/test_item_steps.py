"""The steps of an access under review as one table: every step × every state × every kind of person.

A new step or state fails here until it has its rows. Cells: `done`, or how the step is refused: 404 not theirs to see,
403 not theirs to take, 409 not possible now. What a page offers as possible is what is done, and nothing else.
"""

import datetime
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit.log.models import Entry
from audit.review.glass import take_emergencies
from audit.review.models import Incident, Item, ItemState, Queue, Reason
from audit.review.verdicts import _LISTENERS, on_verdict
from cases.models import State
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM
from cellule.jobs.models import Job
from cellule.steps import Stale
from tests.audit.reviewed import SAID, asked, explained, looked, proposed
from tests.cases.emergencies import asked as opened_in_emergency
from tests.factories import case_at
from tests.people import acting
from tests.step_answer import answer

# Claire did it; Joaquín is her colleague, Mireille supervises. Paule audits, Rose is the privacy officer, Luc keeps the
# machine running, Noor coordinates an agency. Where it is said, Paule or Rose did it herself.
PEOPLE = ("claire", "joaquin", "mireille", "paule", "rose", "luc", "noor", "system")

type Made = Callable[[dict[str, Acting]], Item]


def _judged(step: str) -> Made:
    def made(people: dict[str, Acting]) -> Item:
        item = explained(looked(people["claire"]), people["paule"], people["claire"])
        getattr(item, step)(by=people["paule"])
        return item

    return made


def _incident(people: dict[str, Acting]) -> Item:
    item = proposed(explained(looked(people["claire"]), people["paule"], people["claire"]), people["paule"])
    item.sign_incident(by=people["rose"])
    return item


def _emergency(people: dict[str, Acting]) -> Item:
    """Claire has opened Joaquín's case in an emergency, and ended it."""
    case = case_at(State.ACTIVE, people["joaquin"], supervisor=people["mireille"])
    emergency = opened_in_emergency(case, people["claire"])
    emergency.end(by=people["claire"])
    take_emergencies(Job())
    return Item.objects.get(source=Queue.GLASS, key=str(emergency.pk))


SITUATIONS: dict[str, Made] = {
    "open": lambda people: looked(people["claire"]),
    "open, an emergency access": _emergency,
    "open, of the auditor": lambda people: looked(people["paule"]),
    "open, of the privacy officer": lambda people: looked(people["rose"]),
    "asked": lambda people: asked(looked(people["claire"]), people["paule"]),
    "asked, the last day is over": lambda people: asked(looked(people["claire"]), people["paule"]),
    "answered": lambda people: explained(looked(people["claire"]), people["paule"], people["claire"]),
    "proposed": lambda people: proposed(looked(people["claire"]), people["paule"]),
    "justified": _judged("justify"),
    "not_justified": _judged("not_justify"),
    "incident": _incident,
}

# In the order of PEOPLE.
TABLE = """
# open
ask               404  404 404 done done 404 404 403
remind            404  404 404 403  403  404 404 409
explain           404  404 404 403  403  404 404 403
justify           404  404 404 done done 404 404 403
not_justify       404  404 404 done done 404 404 403
propose_incident  404  404 404 done done 404 404 403
sign_incident     404  404 404 409  409  404 404 403
send_back         404  404 404 409  409  404 404 403

# open, an emergency access
ask               404  404 404 done done 404 404 403
remind            404  404 404 403  403  404 404 409
explain           404  404 404 403  403  404 404 403
justify           404  404 404 done done 404 404 403
not_justify       404  404 404 409  409  404 404 403
propose_incident  404  404 404 done done 404 404 403
sign_incident     404  404 404 409  409  404 404 403
send_back         404  404 404 409  409  404 404 403

# open, of the auditor
ask               404  404 404 404  done 404 404 403
remind            404  404 404 404  403  404 404 409
explain           404  404 404 404  403  404 404 403
justify           404  404 404 404  done 404 404 403
not_justify       404  404 404 404  done 404 404 403
propose_incident  404  404 404 404  done 404 404 403
sign_incident     404  404 404 404  409  404 404 403
send_back         404  404 404 404  409  404 404 403

# open, of the privacy officer
ask               404  404 404 404  404  404 404 403
remind            404  404 404 404  404  404 404 409
explain           404  404 404 404  404  404 404 403
justify           404  404 404 404  404  404 404 403
not_justify       404  404 404 404  404  404 404 403
propose_incident  404  404 404 404  404  404 404 403
sign_incident     404  404 404 404  404  404 404 403
send_back         404  404 404 404  404  404 404 403

# asked
ask               403  404 404 409  409  404 404 403
remind            403  404 404 403  403  404 404 done
explain           done 404 404 403  403  404 404 403
justify           403  404 404 done done 404 404 403
not_justify       403  404 404 409  409  404 404 403
propose_incident  403  404 404 done done 404 404 403
sign_incident     403  404 404 409  409  404 404 403
send_back         403  404 404 409  409  404 404 403

# asked, the last day is over
ask               403  404 404 409  409  404 404 403
remind            403  404 404 403  403  404 404 done
explain           done 404 404 403  403  404 404 403
justify           403  404 404 done done 404 404 403
not_justify       403  404 404 done done 404 404 403
propose_incident  403  404 404 done done 404 404 403
sign_incident     403  404 404 409  409  404 404 403
send_back         403  404 404 409  409  404 404 403

# answered
ask               403  404 404 409  409  404 404 403
remind            403  404 404 403  403  404 404 409
explain           409  404 404 403  403  404 404 403
justify           403  404 404 done done 404 404 403
not_justify       403  404 404 done done 404 404 403
propose_incident  403  404 404 done done 404 404 403
sign_incident     403  404 404 409  409  404 404 403
send_back         403  404 404 409  409  404 404 403

# proposed
ask               404  404 404 409  409  404 404 403
remind            404  404 404 403  403  404 404 409
explain           404  404 404 403  403  404 404 403
justify           404  404 404 409  409  404 404 403
not_justify       404  404 404 409  409  404 404 403
propose_incident  404  404 404 409  409  404 404 403
sign_incident     404  404 404 403  done 404 404 403
send_back         404  404 404 403  done 404 404 403

# justified
ask               403  404 404 409  409  404 404 403
remind            403  404 404 403  403  404 404 409
explain           409  404 404 403  403  404 404 403
justify           403  404 404 409  409  404 404 403
not_justify       403  404 404 409  409  404 404 403
propose_incident  403  404 404 409  409  404 404 403
sign_incident     403  404 404 403  409  404 404 403
send_back         403  404 404 403  409  404 404 403

# not_justified
ask               403  404 404 409  409  404 404 403
remind            403  404 404 403  403  404 404 409
explain           409  404 404 403  403  404 404 403
justify           403  404 404 409  409  404 404 403
not_justify       403  404 404 409  409  404 404 403
propose_incident  403  404 404 409  409  404 404 403
sign_incident     403  404 404 403  409  404 404 403
send_back         403  404 404 403  409  404 404 403

# incident
ask               403  404 404 409  409  404 404 403
remind            403  404 404 403  403  404 404 409
explain           409  404 404 403  403  404 404 403
justify           403  404 404 409  409  404 404 403
not_justify       403  404 404 409  409  404 404 403
propose_incident  403  404 404 409  409  404 404 403
sign_incident     403  404 404 403  409  404 404 403
send_back         403  404 404 403  409  404 404 403
"""


def _rows() -> dict[str, dict[str, list[str]]]:
    """By situation and step what each person is answered."""
    rows: dict[str, dict[str, list[str]]] = {}
    for line in TABLE.strip().splitlines():
        if line.startswith("# "):
            steps = rows.setdefault(line.removeprefix("# "), {})
        elif line:
            name, *cells = line.split()
            steps[name] = cells
    return rows


TOLD = {"ask": {"reasons": [Reason.DUTY]}, "explain": {"text": SAID}}


def test_every_step_has_a_row_in_every_situation():
    steps = sorted(step.name for step in Item.steps())

    assert {situation: sorted(rows) for situation, rows in _rows().items()} == dict.fromkeys(SITUATIONS, steps)
    assert {situation.partition(",")[0] for situation in SITUATIONS} == {state.value for state in ItemState}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_step_answers_each_person_as_the_table_says(db, situation, time_machine):
    people = {name: acting(name) for name in PEOPLE if name != "system"}
    item = SITUATIONS[situation](people)
    if situation == "asked, the last day is over":
        time_machine.move_to(timezone.now() + datetime.timedelta(days=15), tick=False)
    people["system"] = SYSTEM

    found = {
        step.name: [answer(item, step, people[name], **TOLD.get(step.name, {})) for name in PEOPLE]
        for step in Item.steps()
    }

    assert Item.objects.get(pk=item.pk).state == situation.partition(",")[0]
    assert found == _rows()[situation]


# --- Two reviewers ----------------------------------------------------------------------------------


def test_second_verdict_on_the_same_page_is_too_late(caseworker, auditor, privacy_officer):
    item = looked(caseworker)
    page = Item.objects.get(pk=item.pk)
    asked(item, auditor)

    with pytest.raises(Stale):
        page.justify(by=privacy_officer, version=1)

    assert Item.objects.get(pk=item.pk).state == "asked"


@pytest.mark.parametrize(("before", "state"), [("open", "open"), ("asked", "asked"), ("answered", "answered")])
def test_what_is_sent_back_stands_where_it_stood(caseworker, auditor, privacy_officer, before, state):
    people = {"claire": caseworker, "paule": auditor, "rose": privacy_officer}
    item = proposed(SITUATIONS[before](people), auditor)

    item.send_back(by=privacy_officer, text="Il manque un motif.")

    assert (item.state, item.first_signer) == (state, "")
    item.propose_incident(by=privacy_officer)
    item.sign_incident(by=auditor)
    assert (item.first_signer, item.second_signer) == (str(privacy_officer.user.pk), str(auditor.user.pk))


# --- What follows -----------------------------------------------------------------------------------


def test_incident_is_opened_by_the_second_signature_alone(caseworker, auditor, privacy_officer):
    item = proposed(looked(caseworker), auditor)
    assert Incident.objects.count() == 0

    item.sign_incident(by=privacy_officer)

    incident = Incident.objects.get()
    told = Entry.objects.get(pk=incident.entry)
    assert (incident.item, incident.state) == (item, "detected")
    assert (told.action, told.reference, told.actor_id) == (
        "review.incident_detected",
        incident.code,
        privacy_officer.actor.id,
    )


def test_who_put_it_up_hears_the_verdict_in_its_transaction(caseworker, auditor, privacy_officer, monkeypatch):
    monkeypatch.setitem(_LISTENERS, "glass", [])
    heard = []
    on_verdict(Queue.GLASS)(lambda item, by: heard.append((item.state, by)))
    glass, signal = looked(caseworker, queue=Queue.GLASS), looked(caseworker)

    signal.justify(by=auditor)
    proposed(glass, auditor)
    assert heard == []
    glass.sign_incident(by=privacy_officer)

    assert heard == [("incident", privacy_officer)]


def test_listener_that_fails_undoes_the_verdict(caseworker, auditor, monkeypatch):
    def refuse(item, by):
        raise ValueError("not now")

    monkeypatch.setitem(_LISTENERS, "signal", [refuse])
    item = looked(caseworker)

    with pytest.raises(ValueError, match="not now"):
        item.justify(by=auditor)

    assert Item.objects.get(pk=item.pk).state == "open"


# --- The database insists ---------------------------------------------------------------------------


def _try(item: Item, sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE review_item SET {sql} WHERE id = %s", [item.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("state = 'incident'", "review_item_moves"),
        ("state = 'justified', first_signer = 'x'", "review_item_moves_told"),
        ("first_signer = actor_id", "review_item_nobody_judges_themselves"),
        ("second_signer = actor_id", "review_item_nobody_judges_themselves"),
        ("month = '2026-11-02'", "review_item_month_is_first_day"),
        ("queue = 'other'", "review_item_queue_is_known"),
    ],
)
def test_database_refuses(caseworker, sql, name):
    item = looked(caseworker)

    with pytest.raises(IntegrityError) as refused:
        _try(item, sql)

    assert refused.value.__cause__.diag.constraint_name == name
