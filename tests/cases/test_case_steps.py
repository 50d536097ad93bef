"""The whole story of the steps of a case as one table: every step × every stage × every kind of person.

The steps of a circle have a table of their own (`test_circle_steps`).

A new step or stage fails here until it has its rows. Cells: `done`, or how the step is refused: 404 not theirs to see,
403 not theirs to take, 409 not possible now. What a page offers as possible is what is done, and nothing else.
"""

from collections.abc import Callable

import pytest

from cases.models import Case, State
from cases.models.circle import Encircled
from cases.models.codes import RiskLevel
from cellule.accounts.acting import Acting
from cellule.accounts.models import User
from cellule.accounts.roles import SYSTEM
from tests.factories import assess, case_at, need, settle_contact, take
from tests.people import acting
from tests.step_answer import answer

# Claire leads the case, Joaquín shares in it, `other` is a colleague who does not; Mireille supervises. Ana of the
# intake and Omar, another supervisor, each lead one of their own. Paule audits, Luc keeps the machine running.
PEOPLE = ("claire", "ana", "joaquin", "other", "mireille", "omar", "paule", "luc", "system")
STEPS = [step for step in Case.steps() if step.name not in vars(Encircled)]
WHOM = {"assign": "joaquin", "hand_over": "joaquin", "share": "mireille", "end_sharing": "joaquin"}


# --- Where a case may stand -------------------------------------------------------------------------


def _then(state: State, *acts: Callable[[Case, Acting], object]) -> Callable[..., Case]:
    """A case in this stage, and what its lead has done since."""

    def made(lead: Acting, **others: Acting | None) -> Case:
        case = case_at(state, lead, **others)
        for act in acts:
            act(case, lead)
        return case

    return made


def _step(name: str) -> Callable[[Case, Acting], None]:
    return lambda case, lead: take(case, name, lead)


def _risk(level: RiskLevel) -> Callable[[Case, Acting], object]:
    return lambda case, lead: assess(case, lead, level)


SITUATIONS = {
    "inquiry": _then(State.INQUIRY),
    "intake": _then(State.INTAKE),
    "intake, contact known": _then(State.INTAKE, settle_contact),
    "intake, waits for a lead": _then(State.INTAKE, _step("hand_to_unit")),
    "assessment": _then(State.ASSESSMENT),
    "assessment, grave": _then(State.ASSESSMENT, _risk(RiskLevel.HIGH)),
    "assessment, done": _then(State.ASSESSMENT, _risk(RiskLevel.NONE)),
    "active": _then(State.ACTIVE),
    "active, urgent": _then(State.ACTIVE, lambda case, lead: need(case, lead, urgent=True)),
    "active, to be closed": _then(State.ACTIVE, _step("propose_closing")),
    "follow_up": _then(State.FOLLOW_UP),
    "closed": _then(State.CLOSED),
    "closed, an inquiry": _then(State.INQUIRY, _step("close_inquiry")),
}
# As far as somebody of the intake leads a case.
BY_INTAKE = {name for name in SITUATIONS if name.startswith(("inquiry", "intake", "closed, an inquiry"))}

TABLE = """
# inquiry
begin_intake       done done 403  404  403  done 404  404  403
begin_assessment   409  403  403  404  403  409  404  404  403
activate           409  403  403  404  403  409  404  404  403
follow_up          409  403  403  404  403  409  404  404  403
resume             409  403  403  404  403  409  404  404  403
countersign        403  403  403  404  409  409  404  404  403
close_inquiry      done done 403  404  403  done 404  404  403
propose_closing    409  403  403  404  403  409  404  404  403
withdraw_closing   409  403  403  404  403  409  404  404  403
decline_closing    403  403  403  404  409  409  404  404  403
close              403  403  403  404  409  409  404  404  403
reopen             403  403  403  404  409  409  404  404  403
hand_to_unit       done done 403  404  403  done 404  404  403
assign             403  403  403  404  done done 404  404  403
hand_over          409  403  403  404  403  409  404  404  403
share              done 403  403  404  done done 404  404  403
end_sharing        done 403  403  404  done done 404  404  403

# intake
begin_intake       409  409  403  404  403  409  404  404  403
begin_assessment   409  403  403  404  403  409  404  404  403
activate           409  403  403  404  403  409  404  404  403
follow_up          409  403  403  404  403  409  404  404  403
resume             409  403  403  404  403  409  404  404  403
countersign        403  403  403  404  409  409  404  404  403
close_inquiry      409  409  403  404  403  409  404  404  403
propose_closing    done 403  403  404  403  done 404  404  403
withdraw_closing   409  403  403  404  403  409  404  404  403
decline_closing    403  403  403  404  409  409  404  404  403
close              403  403  403  404  409  409  404  404  403
reopen             403  403  403  404  409  409  404  404  403
hand_to_unit       done done 403  404  403  done 404  404  403
assign             403  403  403  404  done done 404  404  403
hand_over          done 403  403  404  403  done 404  404  403
share              done 403  403  404  done done 404  404  403
end_sharing        done 403  403  404  done done 404  404  403

# intake, contact known
begin_intake       409  409  403  404  403  409  404  404  403
begin_assessment   done 403  403  404  403  done 404  404  403
activate           409  403  403  404  403  409  404  404  403
follow_up          409  403  403  404  403  409  404  404  403
resume             409  403  403  404  403  409  404  404  403
countersign        403  403  403  404  409  409  404  404  403
close_inquiry      409  409  403  404  403  409  404  404  403
propose_closing    done 403  403  404  403  done 404  404  403
withdraw_closing   409  403  403  404  403  409  404  404  403
decline_closing    403  403  403  404  409  409  404  404  403
close              403  403  403  404  409  409  404  404  403
reopen             403  403  403  404  409  409  404  404  403
hand_to_unit       done done 403  404  403  done 404  404  403
assign             403  403  403  404  done done 404  404  403
hand_over          done 403  403  404  403  done 404  404  403
share              done 403  403  404  done done 404  404  403
end_sharing        done 403  403  404  done done 404  404  403

# intake, waits for a lead
begin_intake       404  404  403  404  403  403  404  404  403
begin_assessment   404  404  403  404  403  403  404  404  403
activate           404  404  403  404  403  403  404  404  403
follow_up          404  404  403  404  403  403  404  404  403
resume             404  404  403  404  403  403  404  404  403
countersign        404  404  403  404  409  409  404  404  403
close_inquiry      404  404  403  404  403  403  404  404  403
propose_closing    404  404  403  404  403  403  404  404  403
withdraw_closing   404  404  403  404  403  403  404  404  403
decline_closing    404  404  403  404  409  409  404  404  403
close              404  404  403  404  409  409  404  404  403
reopen             404  404  403  404  409  409  404  404  403
hand_to_unit       404  404  403  404  403  403  404  404  403
assign             404  404  403  404  done done 404  404  403
hand_over          404  404  403  404  403  403  404  404  403
share              404  404  403  404  done done 404  404  403
end_sharing        404  404  403  404  done done 404  404  403

# assessment
begin_intake       409  404  403  404  403  409  404  404  403
begin_assessment   409  404  403  404  403  409  404  404  403
activate           409  404  403  404  403  409  404  404  403
follow_up          409  404  403  404  403  409  404  404  403
resume             409  404  403  404  403  409  404  404  403
countersign        403  404  403  404  409  409  404  404  403
close_inquiry      409  404  403  404  403  409  404  404  403
propose_closing    done 404  403  404  403  done 404  404  403
withdraw_closing   409  404  403  404  403  409  404  404  403
decline_closing    403  404  403  404  409  409  404  404  403
close              403  404  403  404  409  409  404  404  403
reopen             403  404  403  404  409  409  404  404  403
hand_to_unit       409  404  403  404  403  409  404  404  403
assign             403  404  403  404  done done 404  404  403
hand_over          done 404  403  404  403  done 404  404  403
share              done 404  403  404  done done 404  404  403
end_sharing        done 404  403  404  done done 404  404  403

# assessment, grave
begin_intake       409  404  403  404  403  409  404  404  403
begin_assessment   409  404  403  404  403  409  404  404  403
activate           409  404  403  404  403  409  404  404  403
follow_up          409  404  403  404  403  409  404  404  403
resume             409  404  403  404  403  409  404  404  403
countersign        403  404  403  404  done 409  404  404  403
close_inquiry      409  404  403  404  403  409  404  404  403
propose_closing    done 404  403  404  403  done 404  404  403
withdraw_closing   409  404  403  404  403  409  404  404  403
decline_closing    403  404  403  404  409  409  404  404  403
close              403  404  403  404  409  409  404  404  403
reopen             403  404  403  404  409  409  404  404  403
hand_to_unit       409  404  403  404  403  409  404  404  403
assign             403  404  403  404  done done 404  404  403
hand_over          done 404  403  404  403  done 404  404  403
share              done 404  403  404  done done 404  404  403
end_sharing        done 404  403  404  done done 404  404  403

# assessment, done
begin_intake       409  404  403  404  403  409  404  404  403
begin_assessment   409  404  403  404  403  409  404  404  403
activate           done 404  403  404  403  done 404  404  403
follow_up          409  404  403  404  403  409  404  404  403
resume             409  404  403  404  403  409  404  404  403
countersign        403  404  403  404  409  409  404  404  403
close_inquiry      409  404  403  404  403  409  404  404  403
propose_closing    done 404  403  404  403  done 404  404  403
withdraw_closing   409  404  403  404  403  409  404  404  403
decline_closing    403  404  403  404  409  409  404  404  403
close              403  404  403  404  409  409  404  404  403
reopen             403  404  403  404  409  409  404  404  403
hand_to_unit       409  404  403  404  403  409  404  404  403
assign             403  404  403  404  done done 404  404  403
hand_over          done 404  403  404  403  done 404  404  403
share              done 404  403  404  done done 404  404  403
end_sharing        done 404  403  404  done done 404  404  403

# active
begin_intake       409  404  403  404  403  409  404  404  403
begin_assessment   409  404  403  404  403  409  404  404  403
activate           409  404  403  404  403  409  404  404  403
follow_up          done 404  403  404  403  done 404  404  403
resume             409  404  403  404  403  409  404  404  403
countersign        403  404  403  404  409  409  404  404  403
close_inquiry      409  404  403  404  403  409  404  404  403
propose_closing    done 404  403  404  403  done 404  404  403
withdraw_closing   409  404  403  404  403  409  404  404  403
decline_closing    403  404  403  404  409  409  404  404  403
close              403  404  403  404  409  409  404  404  403
reopen             403  404  403  404  409  409  404  404  403
hand_to_unit       409  404  403  404  403  409  404  404  403
assign             403  404  403  404  done done 404  404  403
hand_over          done 404  403  404  403  done 404  404  403
share              done 404  403  404  done done 404  404  403
end_sharing        done 404  403  404  done done 404  404  403

# active, urgent
begin_intake       409  404  403  404  403  409  404  404  403
begin_assessment   409  404  403  404  403  409  404  404  403
activate           409  404  403  404  403  409  404  404  403
follow_up          409  404  403  404  403  409  404  404  403
resume             409  404  403  404  403  409  404  404  403
countersign        403  404  403  404  409  409  404  404  403
close_inquiry      409  404  403  404  403  409  404  404  403
propose_closing    done 404  403  404  403  done 404  404  403
withdraw_closing   409  404  403  404  403  409  404  404  403
decline_closing    403  404  403  404  409  409  404  404  403
close              403  404  403  404  409  409  404  404  403
reopen             403  404  403  404  409  409  404  404  403
hand_to_unit       409  404  403  404  403  409  404  404  403
assign             403  404  403  404  done done 404  404  403
hand_over          done 404  403  404  403  done 404  404  403
share              done 404  403  404  done done 404  404  403
end_sharing        done 404  403  404  done done 404  404  403

# active, to be closed
begin_intake       409  404  403  404  403  409  404  404  403
begin_assessment   409  404  403  404  403  409  404  404  403
activate           409  404  403  404  403  409  404  404  403
follow_up          done 404  403  404  403  done 404  404  403
resume             409  404  403  404  403  409  404  404  403
countersign        403  404  403  404  409  409  404  404  403
close_inquiry      409  404  403  404  403  409  404  404  403
propose_closing    409  404  403  404  403  409  404  404  403
withdraw_closing   done 404  403  404  403  done 404  404  403
decline_closing    403  404  403  404  done 409  404  404  403
close              403  404  403  404  done 409  404  404  403
reopen             403  404  403  404  409  409  404  404  403
hand_to_unit       409  404  403  404  403  409  404  404  403
assign             403  404  403  404  done done 404  404  403
hand_over          done 404  403  404  403  done 404  404  403
share              done 404  403  404  done done 404  404  403
end_sharing        done 404  403  404  done done 404  404  403

# follow_up
begin_intake       409  404  403  404  403  409  404  404  403
begin_assessment   409  404  403  404  403  409  404  404  403
activate           409  404  403  404  403  409  404  404  403
follow_up          409  404  403  404  403  409  404  404  403
resume             done 404  403  404  403  done 404  404  403
countersign        403  404  403  404  409  409  404  404  403
close_inquiry      409  404  403  404  403  409  404  404  403
propose_closing    done 404  403  404  403  done 404  404  403
withdraw_closing   409  404  403  404  403  409  404  404  403
decline_closing    403  404  403  404  409  409  404  404  403
close              403  404  403  404  409  409  404  404  403
reopen             403  404  403  404  409  409  404  404  403
hand_to_unit       409  404  403  404  403  409  404  404  403
assign             403  404  403  404  done done 404  404  403
hand_over          done 404  403  404  403  done 404  404  403
share              done 404  403  404  done done 404  404  403
end_sharing        done 404  403  404  done done 404  404  403

# closed
begin_intake       409  404  403  404  403  409  404  404  403
begin_assessment   409  404  403  404  403  409  404  404  403
activate           409  404  403  404  403  409  404  404  403
follow_up          409  404  403  404  403  409  404  404  403
resume             409  404  403  404  403  409  404  404  403
countersign        403  404  403  404  409  409  404  404  403
close_inquiry      409  404  403  404  403  409  404  404  403
propose_closing    409  404  403  404  403  409  404  404  403
withdraw_closing   409  404  403  404  403  409  404  404  403
decline_closing    403  404  403  404  409  409  404  404  403
close              403  404  403  404  409  409  404  404  403
reopen             403  404  403  404  done done 404  404  403
hand_to_unit       409  404  403  404  403  409  404  404  403
assign             403  404  403  404  409  409  404  404  403
hand_over          409  404  403  404  403  409  404  404  403
share              409  404  403  404  409  409  404  404  403
end_sharing        done 404  403  404  done done 404  404  403

# closed, an inquiry
begin_intake       409  409  403  404  403  409  404  404  403
begin_assessment   409  403  403  404  403  409  404  404  403
activate           409  403  403  404  403  409  404  404  403
follow_up          409  403  403  404  403  409  404  404  403
resume             409  403  403  404  403  409  404  404  403
countersign        403  403  403  404  409  409  404  404  403
close_inquiry      409  409  403  404  403  409  404  404  403
propose_closing    409  403  403  404  403  409  404  404  403
withdraw_closing   409  403  403  404  403  409  404  404  403
decline_closing    403  403  403  404  409  409  404  404  403
close              403  403  403  404  409  409  404  404  403
reopen             403  403  403  404  done done 404  404  403
hand_to_unit       409  409  403  404  403  409  404  404  403
assign             403  403  403  404  409  409  404  404  403
hand_over          409  403  403  404  403  409  404  404  403
share              409  403  403  404  409  409  404  404  403
end_sharing        done 403  403  404  done done 404  404  403
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
    steps = sorted(step.name for step in STEPS)

    assert {situation: sorted(rows) for situation, rows in _rows().items()} == dict.fromkeys(SITUATIONS, steps)
    assert {situation.partition(",")[0] for situation in SITUATIONS} == {state.value for state in State}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_step_answers_each_person_as_the_table_says(db, situation):
    make = SITUATIONS[situation]
    people = {name: acting(name) for name in PEOPLE if name not in ("other", "system")}
    joaquin, mireille = people["joaquin"], people["mireille"]
    claires = make(people["claire"], supervisor=mireille, shared_with=joaquin)
    cases = {
        "omar": make(people["omar"], supervisor=mireille, shared_with=joaquin),
        "ana": make(people["ana"]) if situation in BY_INTAKE else claires,
        "other": make(people["claire"], supervisor=mireille),
    }
    people |= {"other": joaquin, "system": SYSTEM}

    def told(step: str, name: str) -> dict[str, User]:
        """To whom; nobody shares a case with themselves."""
        whom = "omar" if (step, name) == ("share", "mireille") else WHOM.get(step)
        return {"to": people[whom].user} if whom else {}

    found = {
        step.name: [answer(cases.get(name, claires), step, people[name], **told(step.name, name)) for name in PEOPLE]
        for step in STEPS
    }

    assert claires.state == situation.partition(",")[0]
    assert found == _rows()[situation]
