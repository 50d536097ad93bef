"""Opening an inquiry and adding to a case: who may, what is sealed, what is logged, and what happens twice."""

import threading
import uuid
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DataError, connection, connections
from guardian.shortcuts import assign_perm

from audit.log.models import Entry
from cases.actions import CASE_OPENED
from cases.models import LEAD, Case, CaseUserGrant, Channel, Incident, Interpreter, Note, RowTaken, State
from cases.models.moments import this_week
from cellule.references import parse
from cellule.vault.models import SubjectRow
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen
from tests.people import acting

BOTH = [Compartment.ORDINARY, Compartment.STORY]


def _opened(case, by):
    return by.vault.open_owner(case, BOTH, action=CASE_OPENED, by=by.actor, relation=case.relation_to(by.user))


# --- Opening ---------------------------------------------------------------------------------------


def test_inquiry_has_a_code_a_week_and_a_lead_and_nothing_else_in_clear(caseworker, open_inquiry):
    case = open_inquiry(caseworker)

    stored = Case.objects.get(pk=case.pk)
    assert parse(stored.reference) == stored.reference
    assert (stored.state, stored.opened_week, stored.version) == (State.INQUIRY, this_week(), 1)
    assert str(stored.ordinary) == "sealed"
    assert list(CaseUserGrant.objects.values_list("user", "content_object")) == [(caseworker.user.pk, case.pk)]
    assert caseworker.user.has_perm(f"cases.{LEAD}", case)


def test_ordinary_answers_are_read_back(caseworker, open_inquiry):
    case = Case.objects.get(pk=open_inquiry(caseworker, channel=Channel.MOBILE_CLINIC, language="").pk)

    ordinary = _opened(case, caseworker).read(case, "ordinary")

    assert (ordinary.channel, ordinary.language, ordinary.interpreter) == ("mobile_clinic", "", "yes")


def test_inquiry_is_opened_once_however_often_it_is_sent(caseworker, open_inquiry, logged):
    row_id = uuid.uuid4()

    cases = [open_inquiry(caseworker, row_id=row_id) for _ in range(3)]

    assert {case.pk for case in cases} == {row_id}
    assert logged() == [("cases.inquiry_opened", "cases.case", cases[0].reference, "assigned", "done")]


@pytest.mark.parametrize("person", ["paule", "rose", "luc"])
def test_inquiry_is_not_opened_by_roles_that_take_no_calls(db, person, open_inquiry):
    with pytest.raises(PermissionDenied):
        open_inquiry(acting(person))

    assert Case.objects.count() == 0


def test_key_of_somebody_elses_case_opens_nothing(caseworker, other_caseworker, open_inquiry):
    case = open_inquiry(caseworker)

    with pytest.raises(RowTaken):
        open_inquiry(other_caseworker, row_id=case.pk)


@pytest.mark.django_db(transaction=True)
def test_inquiry_sent_twice_at_the_same_moment_is_opened_once():
    row_id, together, made = uuid.uuid4(), threading.Barrier(2), []

    def send() -> None:
        by = acting("claire")
        together.wait()
        answers = {"channel": Channel.PHONE, "interpreter": Interpreter.NO}
        made.append(Case.open_inquiry(by=by, row_id=row_id, **answers).reference)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [Case.objects.get().reference] * 2
    assert Entry.objects.of_action("cases.inquiry_opened").count() == 1


# --- Adding ----------------------------------------------------------------------------------------


def test_added_incident_is_sealed_and_read_back(case, caseworker, add_incident):
    row = add_incident(case, caseworker, narrative="M4RQU3UR தமிழ் عربي")

    stored = Incident.objects.get(pk=row.pk)
    story = _opened(case, caseworker).read(stored, "story")
    assert (story.kind, story.borough, story.narrative) == ("threats", "08", "M4RQU3UR தமிழ் عربي")
    assert story.recorded_by == str(caseworker.user.pk)
    assert (stored.recorded_week, Case.objects.get(pk=case.pk).version) == (this_week(), 2)


def test_narrative_is_nowhere_in_the_row(case, caseworker, add_incident):
    marker = "M4RQU3UR-récit"
    row = add_incident(case, caseworker, narrative=marker)

    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_incident::text, story FROM cases_incident WHERE id = %s", [row.pk])
        text, sealed = cursor.fetchone()

    assert row.reference in text
    for encoding in ("utf-8", "utf-16-le", "latin-1"):
        assert marker.encode(encoding) not in bytes(sealed)
        assert marker.encode(encoding).hex() not in text
    assert marker not in text


def test_added_row_opens_in_its_own_case_only(case, caseworker, add_incident, open_inquiry):
    row, other = add_incident(case, caseworker), open_inquiry(caseworker)
    Incident.objects.filter(pk=row.pk).update(case=other)

    with pytest.raises(CannotOpen):
        _opened(other, caseworker).read(Incident.objects.get(pk=row.pk), "story")


def test_each_addition_leaves_one_entry_in_the_log(case, caseworker, add_incident, logged):
    row_id = uuid.uuid4()

    for _ in range(2):
        add_incident(case, caseworker, row_id=row_id)
    for _ in range(2):
        case.add_note(by=caseworker, row_id=row_id, body="Une note.")

    assert logged() == [
        ("cases.incident_added", "cases.incident", case.reference, "assigned", "done"),
        ("cases.note_added", "cases.note", case.reference, "assigned", "done"),
    ]
    assert (Incident.objects.count(), Note.objects.count(), Case.objects.get().version) == (1, 1, 3)
    subject = SubjectRow.objects.get(owner=case.pk).log_reference
    assert set(Entry.objects.about(case.reference).values_list("subject", flat=True)) == {subject}


def test_key_of_another_cases_note_adds_nothing(case, caseworker, open_inquiry):
    other = open_inquiry(caseworker)
    note = other.add_note(by=caseworker, row_id=uuid.uuid4(), body="Une note.")

    with pytest.raises(RowTaken):
        case.add_note(by=caseworker, row_id=note.pk, body="Une autre.")

    assert Note.objects.count() == 1


def test_addition_needs_a_grant_on_this_case(case, other_caseworker, logged):
    with pytest.raises(PermissionDenied):
        case.add_note(by=other_caseworker, row_id=uuid.uuid4(), body="Une note.")

    assert (Note.objects.count(), logged()) == (0, [])


def test_grant_alone_is_not_enough_without_the_role(case, auditor):
    assign_perm(LEAD, auditor.user, case)

    with pytest.raises(PermissionDenied):
        case.add_note(by=auditor, row_id=uuid.uuid4(), body="Une note.")


def test_act_without_its_entry_does_not_happen(case, caseworker):
    """An actor whom the log cannot take: nothing is kept of the note."""
    unwritable = replace(caseworker, actor=replace(caseworker.actor, organisation="x" * 500))

    with pytest.raises(DataError):
        case.add_note(by=unwritable, row_id=uuid.uuid4(), body="Une note.")

    assert (Note.objects.count(), Case.objects.get(pk=case.pk).version) == (0, 1)
