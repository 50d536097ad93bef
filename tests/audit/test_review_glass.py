"""An emergency access before the reviewers: what comes, when it is late, and what the verdict does."""

import datetime

import pytest
from django.utils import timezone

from audit.log.models import Entry
from audit.review.glass import take_emergencies, take_under_review, tell_late_emergencies
from audit.review.models import Incident, Item, Queue
from cases.models import BreakGlass, GlassState, State
from cases.tasks import end_emergencies
from cellule.business_days import business_days_after
from cellule.jobs.models import Job
from cellule.notices.models import Notice
from cellule.references import new_reference
from cellule.steps import TooLate
from cellule.vault.unlocked import log_reference
from tests.cases.emergencies import asked
from tests.factories import case_at


def _ended(caseworker, other_caseworker, supervisor) -> BreakGlass:
    case = case_at(State.ACTIVE, caseworker)
    emergency = asked(case, other_caseworker, secret=True)
    emergency.agree(by=supervisor)
    emergency.end(by=other_caseworker)
    return emergency


def _now(emergency: BreakGlass) -> str:
    return BreakGlass.objects.get(pk=emergency.pk).state


def test_whatever_is_over_comes_under_review_with_all_that_was_done(caseworker, other_caseworker, supervisor):
    emergency = _ended(caseworker, other_caseworker, supervisor)

    take_emergencies(Job())

    item = Item.objects.get(source=Queue.GLASS, key=str(emergency.pk))
    assert _now(emergency) == GlassState.UNDER_REVIEW
    assert (item.queue, item.actor_id, item.rule) == (Queue.GLASS, str(emergency.asker), "emergency_present")
    assert (item.reference, item.subject) == (emergency.asked_for, log_reference(emergency.case_id))
    actions = Entry.objects.filter(pk__in=item.entries).order_by("id").values_list("action", flat=True)
    assert list(actions) == [
        "cases.emergency_asked",
        "cases.emergency_begun",
        "cases.emergency_secret_asked",
        "cases.emergency_agreed",
        "cases.emergency_ended",
    ]


def test_open_one_does_not_come_under_review(caseworker, other_caseworker):
    asked(case_at(State.ACTIVE, caseworker), other_caseworker)

    take_emergencies(Job())

    assert Item.objects.filter(source=Queue.GLASS).count() == 0


def test_request_that_opened_nothing_is_looked_at_too(other_caseworker):
    emergency = asked(new_reference(), other_caseworker)
    BreakGlass.objects.filter(pk=emergency.pk).update(asked_at=timezone.now() - datetime.timedelta(hours=4))

    end_emergencies(Job())
    take_emergencies(Job())

    assert Item.objects.get(source=Queue.GLASS).subject is None


def test_taken_under_review_once(caseworker, other_caseworker, supervisor):
    emergency = _ended(caseworker, other_caseworker, supervisor)
    take_under_review(emergency)

    with pytest.raises(TooLate):
        take_under_review(emergency)

    assert Item.objects.filter(source=Queue.GLASS).count() == 1


# --- The verdict -----------------------------------------------------------------------------------------


def test_justified_access_is_justified(caseworker, other_caseworker, supervisor, auditor):
    emergency = _ended(caseworker, other_caseworker, supervisor)
    item = take_under_review(emergency)

    item.justify(by=auditor)

    assert _now(emergency) == GlassState.JUSTIFIED


def test_unjustified_access_is_an_incident_by_two_signatures(
    caseworker, other_caseworker, supervisor, auditor, privacy_officer
):
    emergency = _ended(caseworker, other_caseworker, supervisor)
    item = take_under_review(emergency)

    item.propose_incident(by=auditor)
    proposed = _now(emergency)
    item.sign_incident(by=privacy_officer)

    assert (proposed, _now(emergency)) == (GlassState.UNDER_REVIEW, GlassState.UNJUSTIFIED)
    assert Incident.objects.filter(item=item).count() == 1


def test_nobody_judges_what_they_agreed_to(caseworker, other_caseworker, supervisor, auditor):
    emergency = _ended(caseworker, other_caseworker, supervisor)
    item = take_under_review(emergency)
    # Whoever agreed as a supervisor audits since.
    BreakGlass.objects.filter(pk=emergency.pk).update(agreed_by=auditor.user.pk)

    with pytest.raises(TooLate):
        item.justify(by=auditor)

    assert _now(emergency) == GlassState.UNDER_REVIEW
    assert Item.objects.get(pk=item.pk).state == "open"


def test_first_signature_of_somebody_involved_makes_no_incident(
    caseworker, other_caseworker, supervisor, auditor, privacy_officer
):
    emergency = _ended(caseworker, other_caseworker, supervisor)
    item = take_under_review(emergency)
    BreakGlass.objects.filter(pk=emergency.pk).update(agreed_by=auditor.user.pk)
    item.propose_incident(by=auditor)

    with pytest.raises(TooLate):
        item.sign_incident(by=privacy_officer)

    assert Incident.objects.count() == 0


# --- Late ------------------------------------------------------------------------------------------------


def _waiting_since(emergency: BreakGlass, *, business_days: int) -> None:
    day = timezone.localdate()
    while business_days_after(day, business_days) >= timezone.localdate():
        day -= datetime.timedelta(days=1)
    then = timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))
    BreakGlass.objects.filter(pk=emergency.pk).update(over_at=then)


def test_reviewers_are_told_once_of_a_late_review(caseworker, other_caseworker, supervisor, auditor, privacy_officer):
    emergency = _ended(caseworker, other_caseworker, supervisor)
    item = take_under_review(emergency)
    _waiting_since(emergency, business_days=2)

    tell_late_emergencies(Job())
    tell_late_emergencies(Job())

    told = Notice.objects.filter(kind="review.emergency_late").values_list("recipient", "reference")
    assert sorted(told) == sorted([(auditor.user.pk, item.code), (privacy_officer.user.pk, item.code)])


def test_review_in_time_is_not_late(caseworker, other_caseworker, supervisor):
    emergency = _ended(caseworker, other_caseworker, supervisor)
    take_under_review(emergency)

    tell_late_emergencies(Job())

    assert Notice.objects.filter(kind="review.emergency_late").count() == 0


@pytest.mark.parametrize(
    ("day", "days", "then"),
    [
        ("2026-11-20", 2, "2026-11-24"),
        ("2026-11-22", 2, "2026-11-24"),
        ("2026-12-24", 1, "2026-12-28"),
        ("2027-06-23", 1, "2027-06-25"),
    ],
)
def test_business_days_leave_out_weekends_and_holidays_of_quebec(day, days, then):
    assert business_days_after(datetime.date.fromisoformat(day), days).isoformat() == then
