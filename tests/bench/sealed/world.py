"""The fictional house, filled by the real verbs; and what it says in clear, so that the plain side shows the same."""

import datetime
import random
import uuid
from typing import Any

from audit.log.models import Entry
from cases.actions import CASES_LISTED
from cases.models import Case, Channel, Interpreter
from cellule.accounts.acting import Acting
from cellule.accounts.fiction import act_as, people_the_house
from cellule.forms import FuzzyDate, FuzzyKind
from cellule.vault.models.owner import Compartment
from tests.bench.story import story

LIST = 50
OTHERS = 150
INCIDENTS, NOTES = 6, 6


def fill() -> dict[str, Any]:
    """Found and people the house, give a caseworker 50 cases and a colleague 150; tells all of it in clear."""
    people = {person.email.split("@")[0]: person for person in people_the_house()}
    claire, joaquin = (act_as(people[name].email, people[name].passphrase) for name in ("claire", "joaquin"))
    pick = random.Random(2026)
    cases = [
        _case(pick, claire, INCIDENTS if number == 0 else 1, NOTES if number == 0 else 1) for number in range(LIST)
    ]
    others = [_case(pick, joaquin, 0, 0) for _ in range(OTHERS)]
    return {
        "signs_in": (people["claire"].email, people["claire"].passphrase),
        "people": [(str(acting.user.pk), acting.user.name) for acting in (claire, joaquin)],
        "cases": [told for by, led in ((claire, cases), (joaquin, others)) for told in _told(by, led)],
    }


def entries() -> int:
    """How many entries the log holds."""
    return Entry.objects.count()


def _case(pick: random.Random, by: Acting, incidents: int, notes: int) -> Case:
    languages = ("tam", "spa", "ary", "hat", "")
    case = Case.open_inquiry(
        by=by,
        row_id=uuid.uuid4(),
        channel=pick.choice(Channel.values),
        language=pick.choice(languages),
        interpreter=pick.choice(Interpreter.values),
    )
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
    return case


def _told(by: Acting, cases: list[Case]) -> list[dict[str, Any]]:
    compartments = [Compartment.ORDINARY, Compartment.STORY]
    opened = by.vault.open_owners(cases, compartments, action=CASES_LISTED, by=by.actor)
    return [
        {
            "reference": case.reference,
            "lead": str(by.user.pk),
            "ordinary": vars(opened[case.pk].read(case, "ordinary")),
            "incidents": [vars(opened[case.pk].read(row, "story")) for row in case.incidents.all()],
            "notes": [vars(opened[case.pk].read(row, "story")) for row in case.notes.all()],
        }
        for case in cases
    ]
