"""What each stage of a case means, the database keeps: every constraint is broken here, and says so in a sentence."""

import uuid

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from cases.models import Case, State
from tests.factories import case_at, inquiry

SOMEBODY, MONDAY, TUESDAY = uuid.UUID(int=7), "2026-11-16", "2026-11-17"
# By constraint: the stage in which it is broken, and by what.
BROKEN = {
    "case_one_question_of_circle": (State.ACTIVE, {"circle_asked_by": SOMEBODY, "lift_asked_by": SOMEBODY}),
    "case_inquiry_precedes_intake": (State.INQUIRY, {"intake_week": MONDAY}),
    "case_intake_explains_limits": (State.INTAKE, {"intake_week": None}),
    "case_assessment_knows_contact": (State.ASSESSMENT, {"contact_settled": False}),
    "case_support_knows_risk": (State.ACTIVE, {"standing": None}),
    "case_closed_says_by_whom": (State.ACTIVE, {"closed_by": SOMEBODY}),
    "case_closed_by_a_second_person": (State.CLOSED, {"closing_proposed_by": None}),
    "case_closed_awaits_nobody": (State.CLOSED, {"awaits_lead": True}),
    "case_opened_week_is_monday": (State.INQUIRY, {"opened_week": TUESDAY}),
    "case_intake_week_is_monday": (State.INTAKE, {"intake_week": TUESDAY}),
    "case_closed_week_is_monday": (State.CLOSED, {"closed_week": TUESDAY}),
}
# What no stage means, but how fine a time may be in clear: no form could ever say it.
WITHOUT_A_SENTENCE = {name for name in BROKEN if name.endswith("_is_monday")}


def _checks() -> dict[str, models.CheckConstraint]:
    return {each.name: each for each in Case._meta.constraints if isinstance(each, models.CheckConstraint)}


def _refused_by(case: Case, **change: object) -> str:
    """The constraint that refuses a change of the case's row."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**change)
    return refusal.value.__cause__.diag.constraint_name


def test_every_constraint_is_broken_here():
    assert set(_checks()) == {*BROKEN, "case_state_is_known"}


@pytest.mark.parametrize("name", BROKEN)
def test_meaning_of_a_stage_is_kept_by_the_database(caseworker, supervisor, name):
    state, change = BROKEN[name]
    case = case_at(state, caseworker, supervisor=supervisor)

    assert _refused_by(case, **change) == name


def test_case_is_closed_by_somebody_who_did_not_propose_it(caseworker, supervisor):
    case = case_at(State.CLOSED, caseworker, supervisor=supervisor)

    assert _refused_by(case, closed_by=models.F("closing_proposed_by")) == "case_closed_by_a_second_person"
    assert _refused_by(case, closed_week=None) == "case_closed_says_by_whom"


@pytest.mark.django_db(transaction=True)
def test_unknown_stage_is_refused_also_without_the_triggers(caseworker, owner_connection):
    inquiry(caseworker)
    owner_connection.execute("ALTER TABLE cases_case DISABLE TRIGGER USER")

    with pytest.raises(psycopg.errors.CheckViolation) as refusal:
        owner_connection.execute("UPDATE cases_case SET state = 'nonsense'")

    assert refusal.value.diag.constraint_name == "case_state_is_known"


@pytest.mark.parametrize("name", sorted({*BROKEN, "case_state_is_known"} - WITHOUT_A_SENTENCE))
def test_broken_meaning_is_said_in_a_sentence(caseworker, supervisor, name):
    state, change = BROKEN.get(name, (State.INQUIRY, {"state": "nonsense"}))
    case = case_at(state, caseworker, supervisor=supervisor)
    case.__dict__.update(change)

    with pytest.raises(ValidationError) as refusal:
        _checks()[name].validate(Case, case)

    (sentence,) = refusal.value.messages
    assert sentence == _checks()[name].violation_error_message
    assert (sentence[0].isupper(), sentence[-1], name in sentence) == (True, ".", False)
