"""The steps of a circle as a table: every one of them × how the case stands × every kind of person.

In a circle all steps of a case are asked: what is refused to somebody outside is refused as if there was no case. Cells
as in the table of the other steps: `done`, 404, 403, 409.
"""

from collections.abc import Callable

import pytest

from cases.models import Case, State
from cases.models.circle import Encircled
from cellule.accounts.acting import Acting
from cellule.accounts.models import User
from cellule.accounts.roles import SYSTEM
from tests.factories import case_at, take
from tests.people import acting
from tests.step_answer import answer
from tests.vault.test_circle_returns import enrol_anew, into_the_unit, words_of

# Claire leads the case and names Mireille and Omar beside herself, or Mireille alone; Joaquín shares in it until then.
# Ana is of the intake, Paule audits, Luc keeps the machine running.
PEOPLE = ("claire", "joaquin", "mireille", "omar", "ana", "paule", "luc", "system")
WHOM = {"assign": "mireille", "hand_over": "mireille", "share": "joaquin", "end_sharing": "mireille"}
OF_A_CIRCLE = [step for step in Case.steps() if step.name in vars(Encircled)]

Scene = Callable[[dict[str, Acting]], Case]


def _of_the_unit(state: State) -> Scene:
    def made(people: dict[str, Acting]) -> Case:
        return case_at(state, people["claire"], supervisor=people["mireille"], shared_with=people["joaquin"])

    return made


def _asked(people: dict[str, Acting]) -> Case:
    case = _of_the_unit(State.ACTIVE)(people)
    take(case, "ask_circle", people["claire"], people=[people["claire"].user, people["mireille"].user])
    return case


def _in_a_circle(people: dict[str, Acting]) -> Case:
    case = _asked(people)
    take(case, "approve_circle", people["mireille"])
    return case


def _to_be_lifted(people: dict[str, Acting]) -> Case:
    case = _in_a_circle(people)
    take(case, "ask_lift", people["claire"])
    return case


def _one_is_back(people: dict[str, Acting]) -> Case:
    """Claire has lost her passphrase, and Mireille has let her into the unit again."""
    case = _in_a_circle(people)
    people["claire"] = enrol_anew("claire")
    into_the_unit(people["claire"], people["mireille"])
    return case


def _closed(people: dict[str, Acting]) -> Case:
    case = _in_a_circle(people)
    take(case, "propose_closing", people["claire"])
    take(case, "close", people["mireille"])
    return case


SITUATIONS: dict[str, Scene] = {
    "inquiry": _of_the_unit(State.INQUIRY),
    "intake": _of_the_unit(State.INTAKE),
    "assessment": _of_the_unit(State.ASSESSMENT),
    "active": _of_the_unit(State.ACTIVE),
    "follow_up": _of_the_unit(State.FOLLOW_UP),
    "closed": _of_the_unit(State.CLOSED),
    "active, asked": _asked,
    "active, in a circle": _in_a_circle,
    "active, to be lifted": _to_be_lifted,
    "active, one is back": _one_is_back,
    "closed, in a circle": _closed,
}

TABLE = """
# inquiry
ask_circle         done 403  done done 404  404  404  403
approve_circle     403  403  409  409  404  404  404  403
ask_lift           409  403  409  409  404  404  404  403
approve_lift       403  403  409  409  404  404  404  403
drop_circle        409  403  409  409  404  404  404  403
let_back           409  409  409  409  404  404  404  403

# intake
ask_circle         done 403  done done 404  404  404  403
approve_circle     403  403  409  409  404  404  404  403
ask_lift           409  403  409  409  404  404  404  403
approve_lift       403  403  409  409  404  404  404  403
drop_circle        409  403  409  409  404  404  404  403
let_back           409  409  409  409  404  404  404  403

# assessment
ask_circle         done 403  done done 404  404  404  403
approve_circle     403  403  409  409  404  404  404  403
ask_lift           409  403  409  409  404  404  404  403
approve_lift       403  403  409  409  404  404  404  403
drop_circle        409  403  409  409  404  404  404  403
let_back           409  409  409  409  404  404  404  403

# active
ask_circle         done 403  done done 404  404  404  403
approve_circle     403  403  409  409  404  404  404  403
ask_lift           409  403  409  409  404  404  404  403
approve_lift       403  403  409  409  404  404  404  403
drop_circle        409  403  409  409  404  404  404  403
let_back           409  409  409  409  404  404  404  403

# follow_up
ask_circle         done 403  done done 404  404  404  403
approve_circle     403  403  409  409  404  404  404  403
ask_lift           409  403  409  409  404  404  404  403
approve_lift       403  403  409  409  404  404  404  403
drop_circle        409  403  409  409  404  404  404  403
let_back           409  409  409  409  404  404  404  403

# closed
ask_circle         409  403  409  409  404  404  404  403
approve_circle     403  403  409  409  404  404  404  403
ask_lift           409  403  409  409  404  404  404  403
approve_lift       403  403  409  409  404  404  404  403
drop_circle        409  403  409  409  404  404  404  403
let_back           409  409  409  409  404  404  404  403

# active, asked
ask_circle         409  403  409  409  404  404  404  403
approve_circle     403  403  done 409  404  404  404  403
ask_lift           409  403  409  409  404  404  404  403
approve_lift       403  403  409  409  404  404  404  403
drop_circle        done 403  done done 404  404  404  403
let_back           409  409  409  409  404  404  404  403

# active, in a circle
begin_intake       409  404  403  404  404  404  404  403
begin_assessment   409  404  403  404  404  404  404  403
activate           409  404  403  404  404  404  404  403
follow_up          done 404  403  404  404  404  404  403
resume             409  404  403  404  404  404  404  403
countersign        403  404  409  404  404  404  404  403
close_inquiry      409  404  403  404  404  404  404  403
propose_closing    done 404  403  404  404  404  404  403
withdraw_closing   409  404  403  404  404  404  404  403
decline_closing    403  404  409  404  404  404  404  403
close              403  404  409  404  404  404  404  403
reopen             403  404  409  404  404  404  404  403
hand_to_unit       409  404  403  404  404  404  404  403
assign             403  404  done 404  404  404  404  403
hand_over          done 404  403  404  404  404  404  403
share              409  404  409  404  404  404  404  403
end_sharing        409  404  409  404  404  404  404  403
ask_circle         done 404  409  404  404  404  404  403
approve_circle     403  404  409  404  404  404  404  403
ask_lift           done 404  409  404  404  404  404  403
approve_lift       403  404  409  404  404  404  404  403
drop_circle        409  404  409  404  404  404  404  403
let_back           409  404  409  404  404  404  404  403

# active, to be lifted
ask_circle         409  404  409  404  404  404  404  403
approve_circle     403  404  409  404  404  404  404  403
ask_lift           409  404  409  404  404  404  404  403
approve_lift       403  404  done 404  404  404  404  403
drop_circle        done 404  done 404  404  404  404  403
let_back           409  404  409  404  404  404  404  403

# active, one is back
ask_circle         404  404  409  404  404  404  404  403
approve_circle     404  404  409  404  404  404  404  403
ask_lift           404  404  409  404  404  404  404  403
approve_lift       404  404  409  404  404  404  404  403
drop_circle        404  404  409  404  404  404  404  403
let_back           404  404  done 404  404  404  404  403

# closed, in a circle
begin_intake       409  404  403  404  404  404  404  403
begin_assessment   409  404  403  404  404  404  404  403
activate           409  404  403  404  404  404  404  403
follow_up          409  404  403  404  404  404  404  403
resume             409  404  403  404  404  404  404  403
countersign        403  404  409  404  404  404  404  403
close_inquiry      409  404  403  404  404  404  404  403
propose_closing    409  404  403  404  404  404  404  403
withdraw_closing   409  404  403  404  404  404  404  403
decline_closing    403  404  409  404  404  404  404  403
close              403  404  409  404  404  404  404  403
reopen             403  404  done 404  404  404  404  403
hand_to_unit       409  404  403  404  404  404  404  403
assign             403  404  409  404  404  404  404  403
hand_over          409  404  403  404  404  404  404  403
share              409  404  409  404  404  404  404  403
end_sharing        409  404  409  404  404  404  404  403
ask_circle         409  404  409  404  404  404  404  403
approve_circle     403  404  409  404  404  404  404  403
ask_lift           done 404  409  404  404  404  404  403
approve_lift       403  404  409  404  404  404  404  403
drop_circle        409  404  409  404  404  404  404  403
let_back           409  404  409  404  404  404  404  403
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


def _asked_in(situation: str) -> list:
    return Case.steps() if "circle" in situation else OF_A_CIRCLE


def test_every_step_of_a_circle_has_a_row_in_every_situation():
    expected = {name: sorted(step.name for step in _asked_in(name)) for name in SITUATIONS}

    assert {situation: sorted(rows) for situation, rows in _rows().items()} == expected
    assert {situation.partition(",")[0] for situation in SITUATIONS} == {state.value for state in State}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_step_answers_each_person_as_the_table_says(db, situation):
    people = {name: acting(name) for name in PEOPLE if name != "system"}
    case = SITUATIONS[situation](people)
    asked = {**people, "system": SYSTEM}
    for person in people.values():
        if person.unlocked is not None:
            person.unlocked.forget()

    def told(step: str) -> dict[str, User | list[User]]:
        if step == "ask_circle":
            return {"people": [people[name].user for name in ("claire", "mireille", "omar")]}
        if step == "let_back":
            return {"to": people["claire"].user, "typed": words_of(people["claire"])}
        return {"to": people[WHOM[step]].user} if step in WHOM else {}

    found = {
        step.name: [answer(case, step, asked[name], **told(step.name)) for name in PEOPLE]
        for step in _asked_in(situation)
    }

    assert case.state == situation.partition(",")[0]
    assert found == _rows()[situation]
