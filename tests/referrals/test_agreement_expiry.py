"""The last day of an agreement: the clock tidies up, and two people at one moment end it once."""

import datetime

from django.db import transaction
from django.utils import timezone

from audit.log.models import Entry
from cellule.jobs.kinds import declared
from referrals.models import Agreement
from tests.referrals.agencies import agency, agreement


def _tidy() -> None:
    """As a worker does it: in the transaction that marks the job done."""
    with transaction.atomic():
        declared("referrals.end_agreements").handler(None)


def test_clock_ends_what_is_past_its_last_day(db, supervisor, time_machine):
    today = timezone.localdate()
    soon, later, draft, suspended = (
        agreement(agency(name=f"Organisme {number}"), by=supervisor, ends_on=today + datetime.timedelta(days=days))
        for number, days in enumerate((1, 30, 1, 1))
    )
    for kept in (soon, later, suspended):
        kept.put_in_force(by=supervisor)
    suspended.suspend(by=supervisor)
    time_machine.move_to(timezone.now() + datetime.timedelta(days=2), tick=False)

    _tidy()
    _tidy()

    states = dict(Agreement.objects.values_list("pk", "state"))
    assert [states[kept.pk] for kept in (soon, later, draft, suspended)] == ["ended", "in_force", "draft", "ended"]
    entries = Entry.objects.of_action("referrals.agreement_expired")
    assert {(entry.reference, entry.actor_role, entry.relation) for entry in entries} == {
        (kept.agency.reference, "system", "none") for kept in (soon, suspended)
    }


def test_clock_takes_nothing_that_still_holds(db, supervisor):
    kept = agreement(agency(), by=supervisor, ends_on=timezone.localdate(), in_force=True)

    _tidy()

    assert Agreement.objects.get(pk=kept.pk).is_in_force(timezone.localdate())
