"""The fictional house, filled by the real verbs; and what it says in clear, so that the plain side shows the same."""

import datetime
import random
import uuid
from typing import Any

from django.db import connection

from cases.actions import CASES_LISTED
from cases.models import Case, Channel, Interpreter, SafeContact, State
from cases.models.codes import RiskLevel
from cellule.accounts.acting import Acting
from cellule.accounts.fiction import act_as, people_the_house
from cellule.forms import FuzzyDate, FuzzyKind
from cellule.vault.fields import SealedModel
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import OpenedOwner
from tests.bench.story import story
from tests.cases import crowd
from tests.factories import assess, case_at, need

LIST = 50
OTHERS = 150
# With the steps and the look at the danger that an active case has behind it: 100 events.
INCIDENTS, NOTES = 12, 83
_WHEN = {"recorded_at", "recorded_by"}
_KEPT = {
    "incidents": {"kind", "happened", "borough", "narrative"} | _WHEN,
    "notes": {"body"} | _WHEN,
    "risks": {"level", "rationale"} | _WHEN,
    "needs": {"kind", "words"} | _WHEN,
}


def fill() -> dict[str, Any]:
    """Found and people the house, give a caseworker 50 cases and a colleague 150; tells all of it in clear."""
    people = {person.email.split("@")[0]: person for person in people_the_house()}
    claire, joaquin = (act_as(people[name].email, people[name].passphrase) for name in ("claire", "joaquin"))
    pick = random.Random(2026)
    cases = [_full_case(pick, claire), *(_case(pick, claire, 1, 1) for _ in range(LIST - 1))]
    others = [_case(pick, joaquin, 0, 0) for _ in range(OTHERS)]
    return {
        "signs_in": (people["claire"].email, people["claire"].passphrase),
        "reviews": (people["rose"].email, people["rose"].passphrase),
        "supervises": (people["mireille"].email, people["mireille"].passphrase),
        "people": [(str(acting.user.pk), acting.user.name) for acting in (claire, joaquin)],
        "cases": [told for by, led in ((claire, cases), (joaquin, others)) for told in _told(by, led)],
    }


def insert_crowd(cases: int) -> None:
    """Insert so many cases of other people (as the owner of the tables)."""
    connection.ensure_connection()
    crowd.insert_cases(connection.connection, cases)


def _full_case(pick: random.Random, by: Acting) -> Case:
    """An active case with 100 events, of which most are notes."""
    case = case_at(State.ACTIVE, by)
    need(case, by, urgent=True)
    _write(pick, case, by, INCIDENTS, NOTES)
    return case


def _case(pick: random.Random, by: Acting, incidents: int, notes: int) -> Case:
    languages = ("tam", "spa", "ary", "hat", "")
    case = Case.open_inquiry(
        by=by,
        row_id=uuid.uuid4(),
        channel=pick.choice(Channel.values),
        language=pick.choice(languages),
        interpreter=pick.choice(Interpreter.values),
    )
    if level := pick.choice((*RiskLevel, None)):
        assess(case, by, level)
    _write(pick, case, by, incidents, notes)
    return case


def _write(pick: random.Random, case: Case, by: Acting, incidents: int, notes: int) -> None:
    for _ in range(incidents):
        happened = datetime.date(2025, 1, 1) + datetime.timedelta(days=pick.randrange(600))
        case.add_incident(
            by=by,
            row_id=uuid.uuid4(),
            kind=pick.choice(("threats", "labour_wage", "dv_physical")),
            happened=FuzzyDate(FuzzyKind.DAY, happened, happened),
            borough=pick.choice(("08", "16", "19")),
            narrative=story(pick),
        )
    for _ in range(notes):
        case.add_note(by=by, row_id=uuid.uuid4(), body=story(pick))


def _told(by: Acting, cases: list[Case]) -> list[dict[str, Any]]:
    compartments = [Compartment.ORDINARY, Compartment.STORY]
    opened = by.vault.open_owners(cases, compartments, action=CASES_LISTED, by=by.actor)
    return [_clear(by, case, opened[case.pk]) for case in cases]


def _clear(by: Acting, case: Case, opened: OpenedOwner) -> dict[str, Any]:
    standing = opened.read(case, "standing")
    return {
        "reference": case.reference,
        "lead": str(by.user.pk),
        "state": str(case.state),
        "risk": standing.risk if standing else "",
        "ordinary": vars(opened.read(case, "ordinary")),
        "contact": _contact(case, opened),
        "milestones": [_milestone(row, opened) for row in case.milestones.all()],
        **{name: [_row(row, opened, kept) for row in getattr(case, name).all()] for name, kept in _KEPT.items()},
    }


def _row(row: SealedModel, opened: OpenedOwner, kept: set[str]) -> dict[str, Any]:
    """One row in the columns of the plain side, which writes times into columns of their own kind."""
    told = {name: value for name, value in vars(opened.read(row, "story")).items() if name in kept}
    told["recorded_by_id"] = told.pop("recorded_by")
    told |= {name: getattr(row, name) for name in ("reference", "urgent") if hasattr(row, name)}
    return {**told, "id": row.pk, "recorded_at": datetime.datetime.fromisoformat(told["recorded_at"])}


def _milestone(row: SealedModel, opened: OpenedOwner) -> dict[str, Any]:
    told = dict(vars(opened.read(row, "ordinary")))
    by, at, _to = told.pop("by"), told.pop("at"), told.pop("to")
    return {**told, "id": row.pk, "recorded_by_id": by, "recorded_at": datetime.datetime.fromisoformat(at)}


def _contact(case: Case, opened: OpenedOwner) -> dict[str, Any] | None:
    row = SafeContact.objects.filter(case=case).first()
    # The word itself lies in a compartment that the page does not open.
    return row and {"none_possible": opened.read(row, "story").none_possible, "code_word": "olive"}
