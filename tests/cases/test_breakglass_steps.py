"""The steps of an emergency access as one table: every step × every state × every kind of person.

A new step or state fails here until it has its rows. Cells: `done`, or how the step is refused: 404 not theirs to see,
403 not theirs to take, 409 not possible now. What a page offers as possible is what is done, and nothing else.
"""

from collections.abc import Callable

import pytest

from cases.models import BreakGlass, GlassState, State
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM
from tests.cases.emergencies import asked, passed
from tests.factories import case_at, take
from tests.people import acting
from tests.step_answer import answer

# Claire leads the case, Joaquín asks for it, Mireille supervises and is in the circle, Omar supervises and is not. Ana
# takes first calls, Paule audits, Rose is the privacy officer, Luc keeps the machine running, Noor is of an agency.
PEOPLE = ("claire", "joaquin", "mireille", "omar", "ana", "paule", "rose", "luc", "noor", "system")

type Made = Callable[[dict[str, Acting]], BreakGlass]


def _active(people: dict[str, Acting], *, secret: bool = False) -> BreakGlass:
    return asked(case_at(State.ACTIVE, people["claire"]), people["joaquin"], secret=secret)


def _waiting(people: dict[str, Acting]) -> BreakGlass:
    return _active(people, secret=True)


def _agreed(people: dict[str, Acting]) -> BreakGlass:
    emergency = _waiting(people)
    emergency.agree(by=people["mireille"])
    return emergency


def _agreed_by_reviewer(people: dict[str, Acting]) -> BreakGlass:
    """Whoever agreed audits since; nobody judges what they agreed to."""
    emergency = _agreed(people)
    BreakGlass.objects.filter(pk=emergency.pk).update(agreed_by=people["paule"].user.pk)
    return _reviewed(emergency, people)


def _run_out(people: dict[str, Acting]) -> BreakGlass:
    emergency = _waiting(people)
    passed(emergency, hours=4)
    return emergency


def _circled(people: dict[str, Acting]) -> BreakGlass:
    case = case_at(State.ACTIVE, people["claire"])
    take(case, "ask_circle", people["claire"], people=[people["claire"].user, people["mireille"].user])
    take(case, "approve_circle", people["mireille"])
    return asked(case, people["joaquin"])


def _unanswered(people: dict[str, Acting]) -> BreakGlass:
    emergency = _circled(people)
    passed(emergency, hours=4)
    return emergency


def _unknown(people: dict[str, Acting]) -> BreakGlass:
    return asked("22222228", people["joaquin"])


def _taken_up(people: dict[str, Acting]) -> BreakGlass:
    emergency = _circled(people)
    emergency.take_up(by=people["claire"])
    return emergency


def _turned_down(people: dict[str, Acting]) -> BreakGlass:
    emergency = _circled(people)
    emergency.turn_down(by=people["claire"])
    return emergency


def _ended(people: dict[str, Acting]) -> BreakGlass:
    emergency = _agreed(people)
    emergency.end(by=people["joaquin"])
    return emergency


def _expired(people: dict[str, Acting]) -> BreakGlass:
    emergency = _run_out(people)
    emergency.let_run_out(by=SYSTEM)
    return emergency


def _reviewed(emergency: BreakGlass, people: dict[str, Acting]) -> BreakGlass:
    emergency.end(by=people["joaquin"])
    emergency.come_under_review(by=SYSTEM)
    return emergency


def _under_review(people: dict[str, Acting]) -> BreakGlass:
    return _reviewed(_agreed(people), people)


def _justified(people: dict[str, Acting]) -> BreakGlass:
    emergency = _under_review(people)
    emergency.justify(by=people["paule"])
    return emergency


def _unjustified(people: dict[str, Acting]) -> BreakGlass:
    emergency = _under_review(people)
    emergency.find_unjustified(by=people["rose"])
    return emergency


SITUATIONS: dict[str, Made] = {
    "requested, in a circle": _circled,
    "requested, of no case": _unknown,
    "requested, nobody has answered": _unanswered,
    "active": _active,
    "active, asked for the rest": _waiting,
    "active, agreed to": _agreed,
    "active, its time is over": _run_out,
    "ended": _ended,
    "expired": _expired,
    "taken_up": _taken_up,
    "turned_down": _turned_down,
    "under_review": _under_review,
    "under_review, agreed to by the reviewer": _agreed_by_reviewer,
    "justified": _justified,
    "unjustified": _unjustified,
}

TABLE = """
# requested, in a circle
begin             403  409  403  404  404  404  404  404  404  403
ask_secret        403  409  403  404  404  404  404  404  404  403
agree             403  403  409  404  404  404  404  404  404  403
refuse            403  403  409  404  404  404  404  404  404  403
end               403  409  409  404  404  404  404  404  404  403
let_run_out       403  403  403  404  404  404  404  404  404  409
take_up           done 403  done 404  404  404  404  404  404  403
turn_down         done 403  done 404  404  404  404  404  404  403
come_under_review 403  403  403  404  404  404  404  404  404  409
justify           403  403  403  404  404  404  404  404  404  403
find_unjustified  403  403  403  404  404  404  404  404  404  403

# requested, of no case
begin             404  409  404  404  404  404  404  404  404  403
ask_secret        404  409  404  404  404  404  404  404  404  403
agree             404  403  404  404  404  404  404  404  404  403
refuse            404  403  404  404  404  404  404  404  404  403
end               404  409  404  404  404  404  404  404  404  403
let_run_out       404  403  404  404  404  404  404  404  404  409
take_up           404  403  404  404  404  404  404  404  404  403
turn_down         404  403  404  404  404  404  404  404  404  403
come_under_review 404  403  404  404  404  404  404  404  404  409
justify           404  403  404  404  404  404  404  404  404  403
find_unjustified  404  403  404  404  404  404  404  404  404  403

# requested, nobody has answered
begin             403  409  403  404  404  404  404  404  404  403
ask_secret        403  409  403  404  404  404  404  404  404  403
agree             403  403  409  404  404  404  404  404  404  403
refuse            403  403  409  404  404  404  404  404  404  403
end               403  409  409  404  404  404  404  404  404  403
let_run_out       403  403  403  404  404  404  404  404  404  done
take_up           done 403  done 404  404  404  404  404  404  403
turn_down         done 403  done 404  404  404  404  404  404  403
come_under_review 403  403  403  404  404  404  404  404  404  409
justify           403  403  403  404  404  404  404  404  404  403
find_unjustified  403  403  403  404  404  404  404  404  404  403

# active
begin             404  409  403  403  404  404  404  404  404  403
ask_secret        404  done 403  403  404  404  404  404  404  403
agree             404  403  409  409  404  404  404  404  404  403
refuse            404  403  409  409  404  404  404  404  404  403
end               404  done done done 404  404  404  404  404  403
let_run_out       404  403  403  403  404  404  404  404  404  409
take_up           404  403  403  403  404  404  404  404  404  403
turn_down         404  403  403  403  404  404  404  404  404  403
come_under_review 404  403  403  403  404  404  404  404  404  409
justify           404  403  403  403  404  404  404  404  404  403
find_unjustified  404  403  403  403  404  404  404  404  404  403

# active, asked for the rest
begin             404  409  403  403  404  404  404  404  404  403
ask_secret        404  409  403  403  404  404  404  404  404  403
agree             404  403  done done 404  404  404  404  404  403
refuse            404  403  done done 404  404  404  404  404  403
end               404  done done done 404  404  404  404  404  403
let_run_out       404  403  403  403  404  404  404  404  404  409
take_up           404  403  403  403  404  404  404  404  404  403
turn_down         404  403  403  403  404  404  404  404  404  403
come_under_review 404  403  403  403  404  404  404  404  404  409
justify           404  403  403  403  404  404  404  404  404  403
find_unjustified  404  403  403  403  404  404  404  404  404  403

# active, agreed to
begin             404  409  403  403  404  404  404  404  404  403
ask_secret        404  409  403  403  404  404  404  404  404  403
agree             404  403  409  409  404  404  404  404  404  403
refuse            404  403  409  409  404  404  404  404  404  403
end               404  done done done 404  404  404  404  404  403
let_run_out       404  403  403  403  404  404  404  404  404  409
take_up           404  403  403  403  404  404  404  404  404  403
turn_down         404  403  403  403  404  404  404  404  404  403
come_under_review 404  403  403  403  404  404  404  404  404  409
justify           404  403  403  403  404  404  404  404  404  403
find_unjustified  404  403  403  403  404  404  404  404  404  403

# active, its time is over
begin             404  409  403  403  404  404  404  404  404  403
ask_secret        404  409  403  403  404  404  404  404  404  403
agree             404  403  409  409  404  404  404  404  404  403
refuse            404  403  409  409  404  404  404  404  404  403
end               404  done done done 404  404  404  404  404  403
let_run_out       404  403  403  403  404  404  404  404  404  done
take_up           404  403  403  403  404  404  404  404  404  403
turn_down         404  403  403  403  404  404  404  404  404  403
come_under_review 404  403  403  403  404  404  404  404  404  409
justify           404  403  403  403  404  404  404  404  404  403
find_unjustified  404  403  403  403  404  404  404  404  404  403

# ended
begin             404  409  403  403  404  404  404  404  404  403
ask_secret        404  409  403  403  404  404  404  404  404  403
agree             404  403  409  409  404  404  404  404  404  403
refuse            404  403  409  409  404  404  404  404  404  403
end               404  409  409  409  404  404  404  404  404  403
let_run_out       404  403  403  403  404  404  404  404  404  409
take_up           404  403  403  403  404  404  404  404  404  403
turn_down         404  403  403  403  404  404  404  404  404  403
come_under_review 404  403  403  403  404  404  404  404  404  done
justify           404  403  403  403  404  404  404  404  404  403
find_unjustified  404  403  403  403  404  404  404  404  404  403

# expired
begin             404  409  403  403  404  404  404  404  404  403
ask_secret        404  409  403  403  404  404  404  404  404  403
agree             404  403  409  409  404  404  404  404  404  403
refuse            404  403  409  409  404  404  404  404  404  403
end               404  409  409  409  404  404  404  404  404  403
let_run_out       404  403  403  403  404  404  404  404  404  409
take_up           404  403  403  403  404  404  404  404  404  403
turn_down         404  403  403  403  404  404  404  404  404  403
come_under_review 404  403  403  403  404  404  404  404  404  done
justify           404  403  403  403  404  404  404  404  404  403
find_unjustified  404  403  403  403  404  404  404  404  404  403

# taken_up
begin             403  409  403  404  404  404  404  404  404  403
ask_secret        403  409  403  404  404  404  404  404  404  403
agree             403  403  409  404  404  404  404  404  404  403
refuse            403  403  409  404  404  404  404  404  404  403
end               403  409  409  404  404  404  404  404  404  403
let_run_out       403  403  403  404  404  404  404  404  404  409
take_up           409  403  409  404  404  404  404  404  404  403
turn_down         409  403  409  404  404  404  404  404  404  403
come_under_review 403  403  403  404  404  404  404  404  404  done
justify           403  403  403  404  404  404  404  404  404  403
find_unjustified  403  403  403  404  404  404  404  404  404  403

# turned_down
begin             403  409  403  404  404  404  404  404  404  403
ask_secret        403  409  403  404  404  404  404  404  404  403
agree             403  403  409  404  404  404  404  404  404  403
refuse            403  403  409  404  404  404  404  404  404  403
end               403  409  409  404  404  404  404  404  404  403
let_run_out       403  403  403  404  404  404  404  404  404  409
take_up           409  403  409  404  404  404  404  404  404  403
turn_down         409  403  409  404  404  404  404  404  404  403
come_under_review 403  403  403  404  404  404  404  404  404  done
justify           403  403  403  404  404  404  404  404  404  403
find_unjustified  403  403  403  404  404  404  404  404  404  403

# under_review
begin             404  409  403  403  404  403  403  404  404  403
ask_secret        404  409  403  403  404  403  403  404  404  403
agree             404  403  409  409  404  403  403  404  404  403
refuse            404  403  409  409  404  403  403  404  404  403
end               404  409  409  409  404  403  403  404  404  403
let_run_out       404  403  403  403  404  403  403  404  404  409
take_up           404  403  403  403  404  403  403  404  404  403
turn_down         404  403  403  403  404  403  403  404  404  403
come_under_review 404  403  403  403  404  403  403  404  404  409
justify           404  403  403  403  404  done done 404  404  403
find_unjustified  404  403  403  403  404  done done 404  404  403

# under_review, agreed to by the reviewer
begin             404  409  403  403  404  403  403  404  404  403
ask_secret        404  409  403  403  404  403  403  404  404  403
agree             404  403  409  409  404  403  403  404  404  403
refuse            404  403  409  409  404  403  403  404  404  403
end               404  409  409  409  404  403  403  404  404  403
let_run_out       404  403  403  403  404  403  403  404  404  409
take_up           404  403  403  403  404  403  403  404  404  403
turn_down         404  403  403  403  404  403  403  404  404  403
come_under_review 404  403  403  403  404  403  403  404  404  409
justify           404  403  403  403  404  409  done 404  404  403
find_unjustified  404  403  403  403  404  409  done 404  404  403

# justified
begin             404  409  403  403  404  403  403  404  404  403
ask_secret        404  409  403  403  404  403  403  404  404  403
agree             404  403  409  409  404  403  403  404  404  403
refuse            404  403  409  409  404  403  403  404  404  403
end               404  409  409  409  404  403  403  404  404  403
let_run_out       404  403  403  403  404  403  403  404  404  409
take_up           404  403  403  403  404  403  403  404  404  403
turn_down         404  403  403  403  404  403  403  404  404  403
come_under_review 404  403  403  403  404  403  403  404  404  409
justify           404  403  403  403  404  409  409  404  404  403
find_unjustified  404  403  403  403  404  409  409  404  404  403

# unjustified
begin             404  409  403  403  404  403  403  404  404  403
ask_secret        404  409  403  403  404  403  403  404  404  403
agree             404  403  409  409  404  403  403  404  404  403
refuse            404  403  409  409  404  403  403  404  404  403
end               404  409  409  409  404  403  403  404  404  403
let_run_out       404  403  403  403  404  403  403  404  404  409
take_up           404  403  403  403  404  403  403  404  404  403
turn_down         404  403  403  403  404  403  403  404  404  403
come_under_review 404  403  403  403  404  403  403  404  404  409
justify           404  403  403  403  404  409  409  404  404  403
find_unjustified  404  403  403  403  404  409  409  404  404  403
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


def test_every_step_has_a_row_in_every_situation():
    steps = sorted(step.name for step in BreakGlass.steps())

    assert {situation: sorted(rows) for situation, rows in _rows().items()} == dict.fromkeys(SITUATIONS, steps)
    assert {situation.partition(",")[0] for situation in SITUATIONS} == {state.value for state in GlassState}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_step_answers_each_person_as_the_table_says(db, situation):
    people = {name: acting(name) for name in PEOPLE if name != "system"}
    emergency = SITUATIONS[situation](people)
    people["system"] = SYSTEM

    found = {step.name: [answer(emergency, step, people[name]) for name in PEOPLE] for step in BreakGlass.steps()}

    assert BreakGlass.objects.get(pk=emergency.pk).state == situation.partition(",")[0]
    assert found == _rows()[situation]
