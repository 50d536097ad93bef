"""No way around the steps: what the database refuses, whoever asks and by whatever path."""

from collections.abc import Callable
from contextlib import contextmanager, suppress

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction

from audit.log.actions import Outcome
from audit.log.record import record
from cases.actions import INTAKE_BEGUN, NEED_MET, NOTE_ADDED
from cases.models import Case, CaseOrdinary, CaseUserGrant, Channel, Interpreter, Need, NeedStory, State
from cases.models.codes import NeedState
from cases.models.moments import now, this_week
from cellule.moves import Moves
from cellule.references import new_reference
from cellule.steps import Stepped
from tests.factories import inquiry, need

STEPPED = [model for model in apps.get_models() if issubclass(model, Stepped)]


@contextmanager
def refused(constraint: str):
    """Nothing but this wall refuses, at the latest when the transaction is to be kept."""
    with pytest.raises(IntegrityError) as refusal, _kept():
        yield
    assert (refusal.value.__cause__.diag.constraint_name, refusal.value.__cause__.sqlstate) == (constraint, "23514")


@contextmanager
def _kept():
    """A transaction that comes as far as its commit."""
    with transaction.atomic():
        yield
        _run("SET CONSTRAINTS ALL IMMEDIATE")


def _run(statement: str, **values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _move(case: Case, **fields: object) -> None:
    """Change the row: as said, or as a declared move does, with all that the stage it leads to asks for."""
    to_intake = {"state": "intake", "intake_week": this_week()}
    assert Case.objects.filter(pk=case.pk).update(**(fields or to_intake)) == 1


def _tell(case: Case, by, **otherwise: object) -> None:
    """Write the entry of the declared move, or one that differs from it."""
    told = {"subject_type": "cases.case", "reference": case.reference, "purpose": "inquiry>intake"}
    record(INTAKE_BEGUN, by=by.actor, **{**told, **otherwise})


def test_declared_move_with_its_entry_is_let_through(case, caseworker):
    """What the refusals below are measured against."""
    with _kept():
        _move(case)
        with transaction.atomic():
            # An entry of a savepoint is an entry of the transaction.
            _tell(case, caseworker)

    assert Case.objects.get(pk=case.pk).state == "intake"


# --- Moves that no step declares --------------------------------------------------------------------


def test_state_is_not_a_field_to_write(case):
    with pytest.raises(AttributeError):
        case.state = State.ACTIVE

    assert case.state == State.INQUIRY


def _save(case: Case) -> None:
    case.__dict__["state"] = "active"
    case.save()


def _bulk_update(case: Case) -> None:
    case.__dict__["state"] = "active"
    Case.objects.bulk_update([case], ["state"])


def _upsert(case: Case) -> None:
    case.__dict__["state"] = "active"
    Case.objects.bulk_create([case], update_conflicts=True, update_fields=["state"], unique_fields=["id"])


def _raw(statement: str) -> Callable[[Case], None]:
    return lambda case: _run(statement, case=case.pk)


_MERGE = (
    "MERGE INTO cases_case USING (SELECT 1) AS one ON cases_case.id = %(case)s"
    " WHEN MATCHED THEN UPDATE SET state = 'active'"
)
BYPASSES = {
    "save": _save,
    "update": lambda case: Case.objects.filter(pk=case.pk).update(state="active"),
    "bulk update": _bulk_update,
    "upsert": _upsert,
    "raw SQL": _raw("UPDATE cases_case SET state = 'active' WHERE id = %(case)s"),
    "two moves at once": _raw("UPDATE cases_case SET state = 'follow_up' WHERE id = %(case)s"),
    "another writing": _raw("UPDATE cases_case SET state = 'Active' WHERE id = %(case)s"),
    "nothing": _raw("UPDATE cases_case SET state = NULL WHERE id = %(case)s"),
    "merge": _raw(_MERGE),
}


@pytest.mark.parametrize("bypass", BYPASSES.values(), ids=BYPASSES)
def test_undeclared_move_is_refused(case, caseworker, bypass):
    with refused("cases_case_moves"):
        _tell(case, caseworker, purpose="inquiry>active")
        bypass(case)

    assert set(Case.objects.values_list("state", flat=True)) == {"inquiry"}


@pytest.mark.parametrize("state", [state for state in State if state not in Case.STARTS])
def test_case_begins_as_an_inquiry(case, caseworker, state):
    with refused("cases_case_moves"):
        row = _beginning_case(case, caseworker, state)
        _tell(row, caseworker)

    assert Case.objects.count() == 1


@pytest.mark.parametrize("state", [state for state in NeedState if state not in Need.STARTS])
def test_need_begins_open(case, caseworker, state):
    with refused("cases_need_moves"):
        _beginning_need(case, caseworker, state)


def _beginning_case(case: Case, by, state: State) -> Case:
    """A case beside this one, sealed as it should be, put into its table by the constructor."""
    row = Case(reference=new_reference(), key_holder=case.key_holder, opened_week=this_week(), state=state)
    row.sealer(by).write(row, "ordinary", CaseOrdinary(now(), Channel.PHONE, "", Interpreter.NO))
    row.save(force_insert=True)
    return row


def _beginning_need(case: Case, by, state: NeedState) -> Need:
    row = Need(case=case, recorded_week=this_week(), state=state)
    case.sealer(by).write(row, "story", NeedStory("food", "", now(), str(by.user.pk)))
    row.save(force_insert=True)
    return row


@pytest.mark.django_db(transaction=True)
def test_owner_is_refused_the_same(caseworker, owner_connection):
    case = inquiry(caseworker)

    undeclared = _owners_refusal(owner_connection, "state = 'active'")
    untold = _owners_refusal(owner_connection, "state = 'intake', intake_week = opened_week")

    assert (undeclared, untold) == ("cases_case_moves", "cases_case_moves_told")
    assert Case.objects.get(pk=case.pk).state == "inquiry"


def _owners_refusal(owner: psycopg.Connection, change: str) -> str | None:
    with pytest.raises(psycopg.errors.CheckViolation) as refusal:
        owner.execute(f"UPDATE cases_case SET {change}")
    return refusal.value.diag.constraint_name


# --- Moves without their entry ----------------------------------------------------------------------


def test_move_without_an_entry_is_refused(case):
    with refused("cases_case_moves_told"):
        _move(case)


@pytest.mark.parametrize(
    "otherwise",
    [
        {"reference": "ZZZZZZZZ"},
        {"subject_type": "cases.need"},
        {"purpose": "intake>assessment"},
        {"purpose": ""},
        *({"outcome": outcome} for outcome in Outcome if outcome is not Outcome.DONE),
    ],
    ids=lambda otherwise: " ".join(f"{key} {value}" for key, value in otherwise.items()),
)
def test_move_with_an_entry_that_tells_of_something_else_is_refused(case, caseworker, otherwise):
    with refused("cases_case_moves_told"):
        _tell(case, caseworker, **otherwise)
        _move(case)


def test_move_with_the_entry_of_another_case_is_refused(case, caseworker):
    other = inquiry(caseworker)

    with refused("cases_case_moves_told"):
        _tell(other, caseworker)
        _move(case)


def test_move_with_an_entry_that_was_taken_back_is_refused(case, caseworker):
    with refused("cases_case_moves_told"):
        with suppress(_TakenBack), transaction.atomic():
            _tell(case, caseworker)
            raise _TakenBack
        _move(case)


class _TakenBack(Exception):
    """What was done under this savepoint is undone."""


@pytest.mark.django_db(transaction=True)
def test_move_with_the_entry_of_an_earlier_transaction_is_refused(caseworker):
    case = inquiry(caseworker)
    with transaction.atomic():
        _tell(case, caseworker)

    with pytest.raises(IntegrityError), transaction.atomic():
        _move(case)
    with pytest.raises(IntegrityError):
        # A statement that is its own transaction.
        _move(case)

    assert Case.objects.get(pk=case.pk).state == "inquiry"


@pytest.mark.django_db(transaction=True)
def test_move_is_asked_for_its_entry_however_late(caseworker):
    case = inquiry(caseworker)

    with refused("cases_case_moves_told"):
        _run("SET CONSTRAINTS ALL DEFERRED")
        _move(case)

    with pytest.raises(IntegrityError), transaction.atomic():
        _put_off(case)
    assert Case.objects.get(pk=case.pk).state == "inquiry"


def _put_off(case: Case) -> None:
    """Move, and leave the asking to the commit itself."""
    _run("SET CONSTRAINTS ALL DEFERRED")
    _move(case)


def test_case_does_not_begin_without_its_entry(case, caseworker):
    with refused("cases_case_moves_told"):
        _beginning_case(case, caseworker, State.INQUIRY)


def test_need_does_not_begin_without_its_entry(case, caseworker):
    # In this test all is one transaction: an entry that tells of a need is none yet.
    with refused("cases_need_moves_told"):
        _beginning_need(case, caseworker, NeedState.OPEN)


def test_need_does_not_move_without_its_entry(case, caseworker):
    kept = need(case, caseworker)

    with refused("cases_need_moves_told"):
        Need.objects.filter(pk=kept.pk).update(state=NeedState.MET)


def test_entry_of_a_move_covers_one_need(case, caseworker):
    kept, other = need(case, caseworker), need(case, caseworker)

    with refused("cases_need_moves_told"):
        _tell_of(kept, caseworker)
        _run("UPDATE cases_need SET state = 'met' WHERE case_id = %(case)s", case=case.pk)
    with _kept():
        _tell_of(kept, caseworker)
        _run("UPDATE cases_need SET state = 'met' WHERE id = %(need)s", need=kept.pk)

    states = dict(Need.objects.values_list("pk", "state"))
    assert states == {kept.pk: NeedState.MET, other.pk: NeedState.OPEN}


def _tell_of(kept: Need, by) -> None:
    """Write the entry of a need that is met."""
    told = {"subject_type": "cases.need", "reference": kept.case.reference, "purpose": f"open>met {kept.pk}"}
    record(NEED_MET, by=by.actor, **told)


def test_grant_says_nothing_to_the_wall(case, caseworker, other_caseworker):
    """A row planted among the grants moves no case."""
    CaseUserGrant.objects.filter(content_object=case).update(user=other_caseworker.user)

    with refused("cases_case_moves_told"):
        record(NOTE_ADDED, by=other_caseworker.actor, subject_type="cases.case", reference=case.reference)
        _move(case)


# --- The walls themselves ---------------------------------------------------------------------------


@pytest.mark.parametrize("model", STEPPED, ids=lambda model: model._meta.label_lower)
def test_walls_stand_in_every_session(db, model):
    """State A: a session that calls itself a replica skips ordinary triggers, but not these."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname::text, tgenabled::text, tgdeferrable FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid = %s::regclass ORDER BY tgname",
            [model._meta.db_table],
        )
        found = cursor.fetchall()

    wall = f"{model._meta.db_table}_moves"
    assert {enabled for _name, enabled, _later in found} == {"A"}
    assert [row for row in found if row[0].startswith(wall)] == [
        (wall, "A", False),
        (f"{wall}_told_move", "A", True),
        (f"{wall}_told_start", "A", True),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "ALTER TABLE cases_case DISABLE TRIGGER ALL",
        "ALTER TABLE cases_case DISABLE TRIGGER cases_case_moves",
        "ALTER TABLE cases_case DROP CONSTRAINT case_support_knows_risk",
        "DROP TRIGGER cases_case_moves ON cases_case",
        "DROP FUNCTION cases_case_moves() CASCADE",
        "ALTER FUNCTION cases_case_moves() RESET search_path",
        "CREATE OR REPLACE FUNCTION public.cases_case_moves() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TEMP TABLE log_entry (reference text)",
        "ALTER TABLE cases_case RENAME COLUMN state TO stage",
    ],
)
def test_run_time_role_moves_no_wall(db, statement):
    with pytest.raises(ProgrammingError) as refusal, transaction.atomic():
        _run(statement)

    assert refusal.value.__cause__.sqlstate == "42501"


@pytest.mark.parametrize("model", STEPPED, ids=lambda model: model._meta.label_lower)
def test_wall_says_what_the_steps_say(model):
    (wall,) = [each for each in model._meta.constraints if isinstance(each, Moves)]
    declared = {
        (source, target)
        for each in model.steps()
        for source in each.sources
        for target in each.targets
        if source != target
    }

    assert {tuple(move.split(">")) for move in wall.moves} == declared
    assert wall.starts == [str(state) for state in model.STARTS]


def test_every_state_of_a_need_is_reached_by_a_step():
    reached = {target for each in Need.steps() for target in each.targets} | {str(state) for state in Need.STARTS}

    assert reached == {state.value for state in NeedState}
