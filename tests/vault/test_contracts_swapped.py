"""Every sealed column of a case: what is moved to another row, another column or another case opens nowhere.

A new sealed column is tried here by itself, once `told` writes something into it.
"""

import datetime
import uuid

import pytest
from django.apps import apps
from django.db import connection

from cases.actions import CASE_OPENED
from cases.models import Case, IntakeStory, ParticipationStory, PersonIdentity, PersonOrdinary, State
from cases.models.codes import RiskLevel
from cellule.accounts.acting import Acting
from cellule.forms import FuzzyDate, FuzzyKind
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import OpenedOwner
from tests.factories import assess, case_at, need, take
from tests.referrals.sent import CLINIC, SHELTER, consent, joined

COLUMNS = [
    (model, field)
    for model in apps.get_app_config("cases").get_models()
    for field in model._meta.fields
    if isinstance(field, SealedDocument)
]
ALL_SHUT = {field.contract: True for _, field in COLUMNS}
DAY = FuzzyDate(FuzzyKind.DAY, datetime.date(2026, 3, 1), datetime.date(2026, 3, 1))


def told(lead: Acting, supervisor: Acting) -> Case:
    """A case with two rows of every kind, or one where there can be but one, and something in each sealed column."""
    case = case_at(State.ACTIVE, lead)
    assess(case, lead, RiskLevel.SOME)
    case.write_intake(by=lead, intake=IntakeStory("none", "none"), version=case.version)
    client = case.people.get()
    neighbour = case.add_person(by=lead, row_id=uuid.uuid4(), known=PersonOrdinary(called="Le voisin"))
    for person in (client, neighbour):
        case.write_identity(person, by=lead, identity=PersonIdentity("Zélie Fictive"), version=person.version)
    happened = {"kind": "threats", "happened": DAY, "borough": "08", "narrative": "Récit."}
    incident, _other = (case.add_incident(by=lead, row_id=uuid.uuid4(), **happened) for _ in range(2))
    for person in (client, neighbour):
        part = ParticipationStory(("victim",), "voisin", "grand")
        case.write_part(incident, person, by=lead, part=part, version=0)
    for _ in range(2):
        case.add_note(by=lead, row_id=uuid.uuid4(), body="Une note.")
        need(case, lead)
    for name in (CLINIC, SHELTER):
        consent(case, lead, joined(name, supervisor))
    take(case, "propose_closing", lead)
    take(case, "decline_closing", supervisor)
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def mine(caseworker, supervisor) -> Case:
    return told(caseworker, supervisor)


@pytest.fixture
def other(caseworker, supervisor) -> Case:
    """Another case of the same person, in the same group."""
    return told(caseworker, supervisor)


@pytest.fixture
def open_(caseworker):
    """Open everything of a case that somebody who leads it can open."""

    def opened(case: Case) -> OpenedOwner:
        asked = {"action": CASE_OPENED, "by": caseworker.actor, "relation": case.relation_to(caseworker.user)}
        return caseworker.vault.open_owner(case, list(Compartment), **asked)

    return opened


def _rows(model: type[SealedModel], field: SealedDocument, case: Case) -> list[SealedModel]:
    """The rows of a case that hold something in this column."""
    own = {"pk": case.pk} if model is Case else {"case": case}
    return list(model._default_manager.filter(**own, **{f"{field.name}__isnull": False}).order_by("pk"))


def _run(statement: str, *values: object) -> None:
    """A statement of the run-time role, which may change these rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _is_shut(opened: OpenedOwner, row: SealedModel, column: str) -> bool:
    try:
        opened.read(type(row)._default_manager.get(pk=row.pk), column)
    except CannotOpen:
        return True
    return False


def _shut_with(source: SealedModel, column: str, target: SealedModel, into: str, opened: OpenedOwner) -> bool:
    """Whether a column stays shut once it holds the bytes of another one; they are put back afterwards."""
    table, where = target._meta.db_table, (target.pk,)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {into} FROM {table} WHERE id = %s", where)
        (before,) = cursor.fetchone()
    moved = f"(SELECT {column} FROM {source._meta.db_table} WHERE id = %s)"
    _run(f"UPDATE {table} SET {into} = {moved} WHERE id = %s", source.pk, *where)
    shut = _is_shut(opened, target, into)
    _run(f"UPDATE {table} SET {into} = %s WHERE id = %s", before, *where)
    return shut and not _is_shut(opened, target, into)


def test_records_open_where_they_were_sealed(mine, other, open_):
    """What the refusals below are measured against; a column with nothing in it would not be tried at all."""
    for case in (mine, other):
        opened = open_(case)
        found = {
            field.contract: {type(opened.read(row, field.name)) for row in _rows(model, field, case)}
            for model, field in COLUMNS
        }

        assert found == {field.contract: {field.document} for _, field in COLUMNS}


def test_records_of_another_row_of_the_case_stay_shut(mine, open_):
    opened = open_(mine)
    rows = {field: _rows(model, field, mine) for model, field in COLUMNS}

    found = {
        field.contract: _shut_with(source[0], field.name, source[1], field.name, opened)
        for field, source in rows.items()
        if len(source) > 1
    }

    # There is one safe contact in a case, and one case.
    once = {contract for contract in ALL_SHUT if contract.startswith(("cases.case.", "cases.safe_contact."))}
    assert found == {contract: True for contract in ALL_SHUT if contract not in once}


def test_records_of_another_case_stay_shut(mine, other, open_):
    opened = open_(other)

    found = {
        field.contract: _shut_with(
            _rows(model, field, mine)[0], field.name, _rows(model, field, other)[0], field.name, opened
        )
        for model, field in COLUMNS
    }

    assert found == ALL_SHUT


@pytest.mark.parametrize(("model", "field"), COLUMNS, ids=[field.contract for _, field in COLUMNS])
def test_record_in_any_other_column_stays_shut(mine, open_, model, field):
    """Also under the key of the same compartment, and in another column of the very same row."""
    opened, source = open_(mine), _rows(model, field, mine)[0]

    found = {
        column.contract: _shut_with(
            source, field.name, source if each is model else _rows(each, column, mine)[0], column.name, opened
        )
        for each, column in COLUMNS
        if column is not field
    }

    assert found == {contract: True for contract in ALL_SHUT if contract != field.contract}


def test_rows_hung_onto_another_case_stay_shut(mine, other, open_):
    opened, hung = {case.pk: open_(case) for case in (mine, other)}, []
    for model, field in COLUMNS:
        if model is not Case:
            hung += [(row, field) for row in _rows(model, field, mine)]
    # There is one safe contact in a case, and one person whom it is about.
    _run("DELETE FROM cases_safecontact WHERE case_id = %s", other.pk)
    _run("UPDATE cases_person SET is_client = false")

    for table in sorted({row._meta.db_table for row, _ in hung}):
        _run(f"UPDATE {table} SET case_id = %s WHERE case_id = %s", other.pk, mine.pk)

    assert {field.contract for _, field in hung} == {field.contract for model, field in COLUMNS if model is not Case}
    assert [field.contract for row, field in hung if not _is_shut(opened[other.pk], row, field.name)] == []
