"""The whole story of the steps of a referral: every step × every way it can stand × every kind of person."""

import datetime

import pytest
from django.utils import timezone

from cases.models import State
from cellule.accounts.roles import SYSTEM
from referrals.models import Referral
from referrals.models.codes import ReferralState
from tests.factories import case_at
from tests.people import acting
from tests.referrals import sent
from tests.referrals.sent import CLINIC, SHELTER, joined, referral_at
from tests.step_answer import answer

# Claire leads the case, Joaquín shares in it, Ana takes first calls, Mireille supervises, Noor and Thea are of the
# agency, Solange of another one, Paule audits, Luc keeps the machine running.
PEOPLE = ("claire", "joaquin", "ana", "mireille", "noor", "thea", "solange", "paule", "luc", "system")
STEPS = [step.name for step in Referral.steps()]

TABLE = """
# draft
send             done done 404  403  404  404  404  404  404  403
send_again       409  409  404  403  404  404  404  404  404  403
recall           done done 404  done 404  404  404  404  404  done
mark_error       409  409  404  403  404  404  404  404  404  403
settle           409  409  404  403  404  404  404  404  404  403
expire           403  403  404  403  404  404  404  404  404  409
end_access       409  409  404  409  404  404  404  404  404  409
see              403  403  404  403  404  404  404  404  404  403
accept           403  403  404  403  404  404  404  404  404  403
decline          403  403  404  403  404  404  404  404  404  403
begin_service    403  403  404  403  404  404  404  404  404  403
hold             403  403  404  403  404  404  404  404  404  403
complete         403  403  404  403  404  404  404  404  404  403
fail             403  403  404  403  404  404  404  404  404  403
acknowledge_stop 403  403  404  403  404  404  404  404  404  403

# sent
send             409  409  404  403  403  403  404  404  404  403
send_again       409  409  404  403  403  403  404  404  404  403
recall           done done 404  done 403  403  404  404  404  done
mark_error       done done 404  403  403  403  404  404  404  403
settle           409  409  404  403  403  403  404  404  404  403
expire           403  403  404  403  403  403  404  404  404  409
end_access       409  409  404  409  403  403  404  404  404  409
see              403  403  404  403  done done 404  404  404  403
accept           403  403  404  403  done done 404  404  404  403
decline          403  403  404  403  done done 404  404  404  403
begin_service    403  403  404  403  409  409  404  404  404  403
hold             403  403  404  403  409  409  404  404  404  403
complete         403  403  404  403  409  409  404  404  404  403
fail             403  403  404  403  409  409  404  404  404  403
acknowledge_stop 403  403  404  403  409  409  404  404  404  403

# viewed
send             409  409  404  403  403  403  404  404  404  403
send_again       409  409  404  403  403  403  404  404  404  403
recall           done done 404  done 403  403  404  404  404  done
mark_error       done done 404  403  403  403  404  404  404  403
settle           409  409  404  403  403  403  404  404  404  403
expire           403  403  404  403  403  403  404  404  404  409
end_access       409  409  404  409  403  403  404  404  404  409
see              403  403  404  403  409  409  404  404  404  403
accept           403  403  404  403  done done 404  404  404  403
decline          403  403  404  403  done done 404  404  404  403
begin_service    403  403  404  403  409  409  404  404  404  403
hold             403  403  404  403  409  409  404  404  404  403
complete         403  403  404  403  409  409  404  404  404  403
fail             403  403  404  403  409  409  404  404  404  403
acknowledge_stop 403  403  404  403  409  409  404  404  404  403

# accepted
send             409  409  404  403  403  403  404  404  404  403
send_again       409  409  404  403  403  403  404  404  404  403
recall           done done 404  done 403  403  404  404  404  done
mark_error       done done 404  403  403  403  404  404  404  403
settle           409  409  404  403  403  403  404  404  404  403
expire           403  403  404  403  403  403  404  404  404  409
end_access       409  409  404  409  403  403  404  404  404  409
see              403  403  404  403  409  409  404  404  404  403
accept           403  403  404  403  409  409  404  404  404  403
decline          403  403  404  403  409  409  404  404  404  403
begin_service    403  403  404  403  done done 404  404  404  403
hold             403  403  404  403  done done 404  404  404  403
complete         403  403  404  403  409  409  404  404  404  403
fail             403  403  404  403  done done 404  404  404  403
acknowledge_stop 403  403  404  403  409  409  404  404  404  403

# in_service
send             409  409  404  403  403  403  404  404  404  403
send_again       409  409  404  403  403  403  404  404  404  403
recall           done done 404  done 403  403  404  404  404  done
mark_error       done done 404  403  403  403  404  404  404  403
settle           409  409  404  403  403  403  404  404  404  403
expire           403  403  404  403  403  403  404  404  404  409
end_access       409  409  404  409  403  403  404  404  404  409
see              403  403  404  403  409  409  404  404  404  403
accept           403  403  404  403  409  409  404  404  404  403
decline          403  403  404  403  409  409  404  404  404  403
begin_service    403  403  404  403  409  409  404  404  404  403
hold             403  403  404  403  done done 404  404  404  403
complete         403  403  404  403  done done 404  404  404  403
fail             403  403  404  403  done done 404  404  404  403
acknowledge_stop 403  403  404  403  409  409  404  404  404  403

# on_hold
send             409  409  404  403  403  403  404  404  404  403
send_again       409  409  404  403  403  403  404  404  404  403
recall           done done 404  done 403  403  404  404  404  done
mark_error       done done 404  403  403  403  404  404  404  403
settle           409  409  404  403  403  403  404  404  404  403
expire           403  403  404  403  403  403  404  404  404  409
end_access       409  409  404  409  403  403  404  404  404  409
see              403  403  404  403  409  409  404  404  404  403
accept           403  403  404  403  409  409  404  404  404  403
decline          403  403  404  403  409  409  404  404  404  403
begin_service    403  403  404  403  done done 404  404  404  403
hold             403  403  404  403  409  409  404  404  404  403
complete         403  403  404  403  409  409  404  404  404  403
fail             403  403  404  403  done done 404  404  404  403
acknowledge_stop 403  403  404  403  409  409  404  404  404  403

# completed
send             409  409  404  403  403  403  404  404  404  403
send_again       409  409  404  403  403  403  404  404  404  403
recall           409  409  404  409  403  403  404  404  404  409
mark_error       409  409  404  403  403  403  404  404  404  403
settle           done done 404  403  403  403  404  404  404  403
expire           403  403  404  403  403  403  404  404  404  409
end_access       done done 404  done 403  403  404  404  404  done
see              403  403  404  403  409  409  404  404  404  403
accept           403  403  404  403  409  409  404  404  404  403
decline          403  403  404  403  409  409  404  404  404  403
begin_service    403  403  404  403  409  409  404  404  404  403
hold             403  403  404  403  409  409  404  404  404  403
complete         403  403  404  403  409  409  404  404  404  403
fail             403  403  404  403  409  409  404  404  404  403
acknowledge_stop 403  403  404  403  409  409  404  404  404  403

# declined
send             409  409  404  403  404  404  404  404  404  403
send_again       409  409  404  403  404  404  404  404  404  403
recall           409  409  404  409  404  404  404  404  404  409
mark_error       409  409  404  403  404  404  404  404  404  403
settle           done done 404  403  404  404  404  404  404  403
expire           403  403  404  403  404  404  404  404  404  409
end_access       409  409  404  409  404  404  404  404  404  409
see              403  403  404  403  404  404  404  404  404  403
accept           403  403  404  403  404  404  404  404  404  403
decline          403  403  404  403  404  404  404  404  404  403
begin_service    403  403  404  403  404  404  404  404  404  403
hold             403  403  404  403  404  404  404  404  404  403
complete         403  403  404  403  404  404  404  404  404  403
fail             403  403  404  403  404  404  404  404  404  403
acknowledge_stop 403  403  404  403  404  404  404  404  404  403

# not_delivered
send             409  409  404  403  403  403  404  404  404  403
send_again       409  409  404  403  403  403  404  404  404  403
recall           409  409  404  409  403  403  404  404  404  409
mark_error       409  409  404  403  403  403  404  404  404  403
settle           done done 404  403  403  403  404  404  404  403
expire           403  403  404  403  403  403  404  404  404  409
end_access       done done 404  done 403  403  404  404  404  done
see              403  403  404  403  409  409  404  404  404  403
accept           403  403  404  403  409  409  404  404  404  403
decline          403  403  404  403  409  409  404  404  404  403
begin_service    403  403  404  403  409  409  404  404  404  403
hold             403  403  404  403  409  409  404  404  404  403
complete         403  403  404  403  409  409  404  404  404  403
fail             403  403  404  403  409  409  404  404  404  403
acknowledge_stop 403  403  404  403  409  409  404  404  404  403

# recalled
send             409  409  404  403  403  403  404  404  404  403
send_again       409  409  404  403  403  403  404  404  404  403
recall           409  409  404  409  403  403  404  404  404  409
mark_error       409  409  404  403  403  403  404  404  404  403
settle           409  409  404  403  403  403  404  404  404  403
expire           403  403  404  403  403  403  404  404  404  409
end_access       409  409  404  409  403  403  404  404  404  409
see              403  403  404  403  409  409  404  404  404  403
accept           403  403  404  403  409  409  404  404  404  403
decline          403  403  404  403  409  409  404  404  404  403
begin_service    403  403  404  403  409  409  404  404  404  403
hold             403  403  404  403  409  409  404  404  404  403
complete         403  403  404  403  409  409  404  404  404  403
fail             403  403  404  403  409  409  404  404  404  403
acknowledge_stop 403  403  404  403  done done 404  404  404  403

# entered_in_error
send             409  409  404  403  403  403  404  404  404  403
send_again       409  409  404  403  403  403  404  404  404  403
recall           409  409  404  409  403  403  404  404  404  409
mark_error       409  409  404  403  403  403  404  404  404  403
settle           409  409  404  403  403  403  404  404  404  403
expire           403  403  404  403  403  403  404  404  404  409
end_access       409  409  404  409  403  403  404  404  404  409
see              403  403  404  403  409  409  404  404  404  403
accept           403  403  404  403  409  409  404  404  404  403
decline          403  403  404  403  409  409  404  404  404  403
begin_service    403  403  404  403  409  409  404  404  404  403
hold             403  403  404  403  409  409  404  404  404  403
complete         403  403  404  403  409  409  404  404  404  403
fail             403  403  404  403  409  409  404  404  404  403
acknowledge_stop 403  403  404  403  done done 404  404  404  403

# expired
send             409  409  404  403  404  404  404  404  404  403
send_again       409  409  404  403  404  404  404  404  404  403
recall           409  409  404  409  404  404  404  404  404  409
mark_error       409  409  404  403  404  404  404  404  404  403
settle           done done 404  403  404  404  404  404  404  403
expire           403  403  404  403  404  404  404  404  404  409
end_access       409  409  404  409  404  404  404  404  404  409
see              403  403  404  403  404  404  404  404  404  403
accept           403  403  404  403  404  404  404  404  404  403
decline          403  403  404  403  404  404  404  404  404  403
begin_service    403  403  404  403  404  404  404  404  404  403
hold             403  403  404  403  404  404  404  404  404  403
complete         403  403  404  403  404  404  404  404  404  403
fail             403  403  404  403  404  404  404  404  404  403
acknowledge_stop 403  403  404  403  404  404  404  404  404  403
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


@pytest.fixture
def reached(people):
    """`reached(state)`: a referral to the clinic from a case that Claire leads and Joaquín shares."""

    def made(state: ReferralState) -> Referral:
        clinic = joined(CLINIC, people["mireille"])
        joined(SHELTER, people["mireille"])
        case = case_at(State.ACTIVE, people["claire"], shared_with=people["joaquin"])
        return referral_at(state, lead=people["claire"], partner=people["noor"], to=clinic, case=case)

    return made


def _found(kept: Referral, people, names=PEOPLE) -> dict[str, list[str]]:
    return {step.name: [_answer(kept, step, people[name]) for name in names] for step in Referral.steps()}


def _answer(kept: Referral, step, by) -> str:
    told = {}
    if step.name == "send":
        works = by is not SYSTEM and by.user.duty.in_unit and kept.case.is_worked_by(by.user)
        told = {"sending": sent.SENDING, "opened": sent.opened(kept.case, by) if works else None}
    return answer(kept, step, by, **told)


def test_every_step_and_state_is_in_the_table():
    states = [state.value for state in ReferralState if state is not ReferralState.EXPIRED]

    assert {state: list(rows) for state, rows in _rows().items()} == {state: STEPS for state in [*states, "expired"]}


@pytest.mark.parametrize("state", [state for state in ReferralState if state is not ReferralState.EXPIRED])
def test_every_step_answers_each_person_as_the_table_says(people, reached, state):
    kept = reached(state)

    assert kept.state == state
    assert _found(kept, people) == _rows()[state]


def test_every_step_of_an_expired_one_answers_each_person_as_the_table_says(people, reached, time_machine):
    kept = reached(ReferralState.VIEWED)
    time_machine.move_to(_noon(kept.due_on + datetime.timedelta(days=1)), tick=False)
    kept.expire(by=SYSTEM)

    assert _found(kept, people) == _rows()["expired"]


# --- What the clock and the agreements change -------------------------------------------------------


@pytest.mark.parametrize("state", [ReferralState.SENT, ReferralState.VIEWED])
def test_house_lets_expire_what_nobody_has_answered_in_time(people, reached, time_machine, state):
    kept = reached(state)
    time_machine.move_to(_noon(kept.due_on + datetime.timedelta(days=1)), tick=False)

    found = _found(kept, people, ["noor", "system"])

    assert {name: found[name] for name in ("accept", "decline", "expire")} == {
        "accept": ["409", "403"],
        "decline": ["done", "403"],
        "expire": ["403", "done"],
    }


def test_last_day_is_still_in_time(people, reached, time_machine):
    kept = reached(ReferralState.SENT)
    time_machine.move_to(_noon(kept.due_on), tick=False)

    found = _found(kept, people, ["noor", "system"])

    assert (found["accept"], found["expire"]) == (["done", "403"], ["403", "409"])


def test_nothing_is_accepted_under_an_agreement_that_was_suspended(people, reached):
    kept = reached(ReferralState.VIEWED)
    kept.agency.agreements.get().suspend(by=people["mireille"])

    found = _found(kept, people, ["noor"])

    assert {name: found[name] for name in ("accept", "decline")} == {"accept": ["409"], "decline": ["done"]}


@pytest.mark.parametrize("state", [ReferralState.ACCEPTED, ReferralState.IN_SERVICE, ReferralState.ON_HOLD])
def test_consent_that_has_ended_lets_the_agency_go_on_with_nothing(people, reached, time_machine, state):
    """Even before the tidying job has come by."""
    kept = reached(state)
    time_machine.move_to(_noon(kept.consent.ends_on), tick=False)

    found = _found(kept, people, ["noor"])

    answers = [found[name][0] for name in ("accept", "begin_service", "hold", "complete", "fail")]
    assert answers == ["409"] * 5


def test_draft_without_a_consent_is_not_sent(people):
    clinic = joined(CLINIC, people["mireille"])
    case = case_at(State.ACTIVE, people["claire"])
    kept = sent.draft(case, people["claire"], clinic.services.first())

    assert _answer(kept, Referral.send.step, people["claire"]) == "409"


def _noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(12), timezone.get_default_timezone())
