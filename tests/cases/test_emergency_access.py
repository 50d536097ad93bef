"""Emergency access: exactly while it is open, exactly this case, exactly what was agreed to; keys never move."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from audit.log.actions import Relation
from audit.log.models import Entry
from cases.models import BreakGlass, Case, EmergencyReason, GlassState, State
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM
from cellule.jobs.models import Job
from cellule.notices.models import Notice
from cellule.references import new_reference
from cellule.steps import TooLate
from tests.cases.emergencies import asked, pass_on, passed, vanished
from tests.factories import case_at, take


def test_case_of_the_unit_opens_at_once_to_read(caseworker, other_caseworker):
    case = case_at(State.ACTIVE, caseworker)

    emergency = asked(case, other_caseworker)

    assert emergency.state == GlassState.ACTIVE
    assert emergency.is_in_force
    assert case.emergency_of(other_caseworker.user) == emergency
    assert case.relation_to(other_caseworker.user) == Relation.BREAK_GLASS


def test_case_shows_in_no_list_of_whoever_opened_it(caseworker, other_caseworker):
    case = case_at(State.ACTIVE, caseworker)

    asked(case, other_caseworker)

    assert not Case.objects.visible_to(other_caseworker.user).filter(pk=case.pk).exists()
    assert not Case.objects.worked_by(other_caseworker.user).filter(pk=case.pk).exists()


def test_supervisors_and_privacy_officer_are_told_at_once_and_of_nothing(
    caseworker, other_caseworker, supervisor, second_supervisor, privacy_officer
):
    case = case_at(State.ACTIVE, caseworker)

    emergency = asked(case, other_caseworker)

    told = Notice.objects.filter(kind__startswith="cases.emergency").values_list("recipient", "kind", "reference")
    assert set(told) == {
        (supervisor.user.pk, "cases.emergency", emergency.reference),
        (second_supervisor.user.pk, "cases.emergency", emergency.reference),
        (privacy_officer.user.pk, "cases.emergency_begun", ""),
    }


def test_whoever_works_on_the_case_finds_it_in_the_timeline(caseworker, other_caseworker):
    case = case_at(State.ACTIVE, caseworker)
    before = case.milestones.count()

    asked(case, other_caseworker)

    assert case.milestones.count() == before + 1


def test_every_entry_tells_the_emergency(caseworker, other_caseworker):
    case = case_at(State.ACTIVE, caseworker)

    emergency = asked(case, other_caseworker, secret=True)
    case.add_note(by=other_caseworker, row_id=uuid.uuid4(), body="Elle attend au comptoir.")
    emergency.end(by=other_caseworker)

    told = Entry.objects.filter(actor_id=str(other_caseworker.user.pk), relation=Relation.BREAK_GLASS).order_by("id")
    assert list(told.values_list("action", "reference")) == [
        ("cases.emergency_asked", case.reference),
        ("cases.emergency_begun", case.reference),
        ("cases.emergency_secret_asked", case.reference),
        ("cases.note_added", case.reference),
        ("cases.emergency_ended", case.reference),
    ]


def test_words_are_a_letter_to_the_privacy_officers(caseworker, other_caseworker):
    case = case_at(State.ACTIVE, caseworker)

    asked(case, other_caseworker)

    entry = Entry.objects.get(action="cases.emergency_asked")
    assert entry.purpose == EmergencyReason.PRESENT
    assert entry.detail_commitment is not None


# --- Its end -----------------------------------------------------------------------------------------


def test_nothing_opens_from_the_moment_it_runs_out_whatever_the_job_has_done(caseworker, other_caseworker):
    case = case_at(State.ACTIVE, caseworker)
    emergency = asked(case, other_caseworker)

    passed(emergency, hours=4)

    assert BreakGlass.objects.get(pk=emergency.pk).state == GlassState.ACTIVE
    assert case.emergency_of(other_caseworker.user) is None
    assert case.relation_to(other_caseworker.user) == Relation.NONE
    with pytest.raises(PermissionDenied):
        case.add_note(by=other_caseworker, row_id=uuid.uuid4(), body="Trop tard.")


def test_it_is_open_until_its_last_minute(caseworker, other_caseworker):
    case = case_at(State.ACTIVE, caseworker)
    emergency = asked(case, other_caseworker)

    passed(emergency, hours=3, minutes=59)

    assert case.emergency_of(other_caseworker.user) == emergency


def test_house_writes_down_that_it_has_run_out(caseworker, other_caseworker):
    emergency = asked(case_at(State.ACTIVE, caseworker), other_caseworker)
    passed(emergency, hours=4)
    emergency = BreakGlass.objects.get(pk=emergency.pk)

    emergency.let_run_out(by=SYSTEM)

    assert emergency.state == GlassState.EXPIRED
    assert emergency.over_at == emergency.ends_at


def test_house_ends_none_too_early(caseworker, other_caseworker):
    emergency = asked(case_at(State.ACTIVE, caseworker), other_caseworker)

    with pytest.raises(TooLate):
        emergency.let_run_out(by=SYSTEM)


@pytest.mark.parametrize("who", ["other_caseworker", "supervisor"])
def test_it_ends_at_once_by_its_asker_or_a_supervisor(request, who, caseworker, other_caseworker):
    case = case_at(State.ACTIVE, caseworker)
    emergency = asked(case, other_caseworker)

    emergency.end(by=request.getfixturevalue(who))

    assert case.emergency_of(other_caseworker.user) is None


def test_database_takes_no_longer_one(caseworker, other_caseworker):
    emergency = asked(case_at(State.ACTIVE, caseworker), other_caseworker)

    with pytest.raises(IntegrityError, match="glass_lasts_four_hours"), transaction.atomic():
        BreakGlass.objects.filter(pk=emergency.pk).update(ends_at=emergency.ends_at.replace(year=2099))


# --- What is secret ------------------------------------------------------------------------------------


def test_secrets_wait_for_a_second_person(caseworker, other_caseworker, supervisor):
    case = case_at(State.ACTIVE, caseworker)
    emergency = asked(case, other_caseworker, secret=True)
    before = case.emergency_of(other_caseworker.user).tells_secrets

    emergency.agree(by=supervisor)

    assert (before, case.emergency_of(other_caseworker.user).tells_secrets) == (False, True)


def test_refused_secrets_can_be_asked_for_again(caseworker, other_caseworker, supervisor):
    emergency = asked(case_at(State.ACTIVE, caseworker), other_caseworker, secret=True)

    emergency.refuse(by=supervisor)
    emergency.ask_secret(by=other_caseworker)

    assert (emergency.secret_asked, emergency.tells_secrets) == (True, False)


def test_database_takes_no_agreement_of_the_asker(caseworker, other_caseworker):
    emergency = asked(case_at(State.ACTIVE, caseworker), other_caseworker, secret=True)

    with pytest.raises(IntegrityError, match="glass_agreed_by_a_second_person"), transaction.atomic():
        BreakGlass.objects.filter(pk=emergency.pk).update(agreed_by=emergency.asker)


# --- One at a time, once --------------------------------------------------------------------------------


def test_another_case_waits_until_the_first_is_closed(caseworker, other_caseworker):
    first = asked(case_at(State.ACTIVE, caseworker), other_caseworker)
    second = case_at(State.ACTIVE, caseworker)

    with pytest.raises(TooLate):
        asked(second, other_caseworker)
    first.end(by=other_caseworker)

    assert asked(second, other_caseworker).is_in_force


def test_one_that_ran_out_stands_in_nobodys_way(caseworker, other_caseworker):
    first = asked(case_at(State.ACTIVE, caseworker), other_caseworker)
    passed(first, hours=5)

    second = asked(case_at(State.ACTIVE, caseworker), other_caseworker)

    assert (BreakGlass.objects.get(pk=first.pk).state, second.is_in_force) == (GlassState.EXPIRED, True)


def test_same_case_asked_for_in_two_tabs_is_open_once(caseworker, other_caseworker):
    case = case_at(State.ACTIVE, caseworker)

    first, second = asked(case, other_caseworker), asked(case, other_caseworker)

    assert first == second
    assert BreakGlass.objects.count() == 1


def test_same_form_sent_twice_asks_once(caseworker, other_caseworker):
    case, row = case_at(State.ACTIVE, caseworker), uuid.uuid4()

    asked(case, other_caseworker, row_id=row)
    asked(case, other_caseworker, row_id=row)

    assert Entry.objects.filter(action="cases.emergency_asked").count() == 1


# --- Who, and which case --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", ["intake_worker", "auditor", "privacy_officer", "administrator", "coordinator", "agency_worker"]
)
def test_nobody_else_has_one(request, who, caseworker):
    case = case_at(State.ACTIVE, caseworker)

    with pytest.raises(PermissionDenied):
        asked(case, request.getfixturevalue(who))

    assert BreakGlass.objects.count() == 0


def test_whoever_sees_the_case_needs_none(caseworker, supervisor):
    case = case_at(State.ACTIVE, caseworker)

    for person in (caseworker, supervisor):
        with pytest.raises(TooLate):
            asked(case, person)


def test_case_in_a_circle_stays_closed_and_its_people_are_asked(caseworker, other_caseworker, supervisor):
    case = _in_a_circle(caseworker, supervisor)

    emergency = asked(case, other_caseworker)
    pass_on(emergency)

    assert (emergency.state, emergency.is_in_force) == (GlassState.REQUESTED, False)
    assert case.emergency_of(other_caseworker.user) is None
    told = Notice.objects.filter(kind__startswith="cases.emergency").values_list("recipient", "kind", "reference")
    assert set(told) == {
        (caseworker.user.pk, "cases.emergency_asked", emergency.reference),
        (supervisor.user.pk, "cases.emergency_asked", emergency.reference),
    }


def test_supervisor_outside_the_circle_asks_its_people_too(caseworker, supervisor, second_supervisor):
    case = _in_a_circle(caseworker, supervisor)

    emergency = asked(case, second_supervisor)

    assert emergency.state == GlassState.REQUESTED
    assert list(BreakGlass.objects.awaiting(caseworker.user)) == [emergency]


def test_nobody_outside_the_circle_sees_who_asked(caseworker, other_caseworker, supervisor, second_supervisor):
    emergency = asked(_in_a_circle(caseworker, supervisor), other_caseworker)

    with pytest.raises(Http404):
        emergency.take_up(by=second_supervisor)


def test_circle_made_meanwhile_closes_the_case_at_once(caseworker, other_caseworker, supervisor):
    case = case_at(State.ACTIVE, caseworker)
    emergency = asked(case, other_caseworker, secret=True)
    emergency.agree(by=supervisor)

    take(case, "ask_circle", caseworker, people=[caseworker.user, supervisor.user])
    take(case, "approve_circle", supervisor)

    assert emergency.is_in_force
    assert case.emergency_of(other_caseworker.user) is None


def test_unknown_and_destroyed_reference_are_written_down_as_a_circles_case(caseworker, other_caseworker, supervisor):
    inside = _in_a_circle(caseworker, supervisor)
    gone = vanished(case_at(State.ACTIVE, caseworker))

    rows = []
    for reference in (inside.reference, gone, new_reference()):
        emergency = asked(reference, other_caseworker)
        entry = Entry.objects.get(action="cases.emergency_asked", reference=reference)
        rows.append((emergency.state, entry.subject, entry.relation, entry.purpose, entry.outcome, len(entry.shown)))

    assert len(set(rows)) == 1
    assert Job.objects.filter(kind="cases.pass_emergency_on").count() == 3


def test_unknown_reference_tells_nobody(other_caseworker):
    emergency = asked(new_reference(), other_caseworker)

    pass_on(emergency)

    assert Notice.objects.filter(kind__startswith="cases.emergency").count() == 0


def _in_a_circle(caseworker: Acting, supervisor: Acting) -> Case:
    case = case_at(State.ACTIVE, caseworker)
    take(case, "ask_circle", caseworker, people=[caseworker.user, supervisor.user])
    take(case, "approve_circle", supervisor)
    return case
