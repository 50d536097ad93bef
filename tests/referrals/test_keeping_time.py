"""What the clock brings: deadlines in business days of Québec, a reminder, an expiry, the end of access, a warning."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Consent
from cellule.jobs.kinds import declared
from cellule.notices.models import Notice
from cellule.references import shown
from cellule.vault.models import OwnerKey
from referrals.models import Referral
from referrals.models.codes import ReferralState, Urgency
from referrals.models.deadline import answer_due
from tests.referrals.sent import CLINIC, joined, referral_at

MONTREAL = timezone.get_default_timezone()


@pytest.fixture
def clinic(supervisor):
    return joined(CLINIC, supervisor)


def _at(day: str, hour: int = 12) -> datetime.datetime:
    return datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(hour), MONTREAL)


def _clock(time_machine, day: datetime.date) -> None:
    """It is noon of this day, and the house's clock has struck."""
    time_machine.move_to(datetime.datetime.combine(day, datetime.time(12), MONTREAL), tick=False)
    declared("referrals.keep_time").handler(None)


def _told(person) -> list[str]:
    return sorted(Notice.objects.unread(person.user).values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        ("2026-11-20", "2026-11-27"),  # a Friday: the weekend does not count
        ("2026-06-19", "2026-06-29"),  # 24 June, the national holiday
        ("2026-06-26", "2026-07-06"),  # 1 July
        ("2026-12-21", "2026-12-29"),  # 25 December
        ("2026-12-30", "2027-01-07"),  # over the turn of the year
    ],
)
def test_answer_is_due_after_five_business_days(sent, due):
    assert answer_due(Urgency.NORMAL, _at(sent)) == datetime.date.fromisoformat(due)


def test_urgent_answer_is_due_on_the_next_day():
    assert answer_due(Urgency.URGENT, _at("2026-12-24", 23)) == datetime.date(2026, 12, 25)


def test_agency_is_reminded_once_on_the_last_day(caseworker, coordinator, agency_worker, clinic, time_machine):
    referral = referral_at(ReferralState.VIEWED, lead=caseworker, partner=coordinator, to=clinic)
    Notice.objects.all().delete()

    _clock(time_machine, referral.due_on - datetime.timedelta(days=1))
    before = _told(coordinator)
    for _ in range(2):
        _clock(time_machine, referral.due_on)

    assert before == []
    assert [_told(coordinator), _told(agency_worker), _told(caseworker)] == [["referrals.due"], ["referrals.due"], []]


@pytest.mark.parametrize("state", [ReferralState.SENT, ReferralState.VIEWED])
def test_referral_without_an_answer_goes_back_to_the_unit(caseworker, coordinator, clinic, time_machine, state):
    referral = referral_at(state, lead=caseworker, partner=coordinator, to=clinic)
    _clock(time_machine, referral.due_on)
    on_the_last_day = Referral.objects.get(pk=referral.pk).state
    Notice.objects.all().delete()

    for _ in range(2):
        _clock(time_machine, referral.due_on + datetime.timedelta(days=1))

    now = Referral.objects.get(pk=referral.pk)
    assert on_the_last_day == state
    assert (now.state, now.settled) == (ReferralState.EXPIRED, False)
    assert Referral.objects.visible_to(coordinator.user).count() == 0
    assert not OwnerKey.objects.filter(owner=referral.pk, holder=referral.agency_holder).exists()
    assert (_told(caseworker), _told(coordinator)) == (["referrals.unanswered"], [])


def test_access_ends_thirty_days_after_the_service(caseworker, coordinator, clinic, time_machine):
    referral = referral_at(ReferralState.COMPLETED, lead=caseworker, partner=coordinator, to=clinic)
    until = timezone.localdate() + datetime.timedelta(days=30)

    held = {}
    for day in (until - datetime.timedelta(days=1), until):
        _clock(time_machine, day)
        held[day] = OwnerKey.objects.filter(owner=referral.pk, holder=referral.agency_holder).count()

    assert list(held.values()) == [2, 0]
    assert Referral.objects.get(pk=referral.pk).access_until is None


def test_end_of_a_consent_is_announced_once_two_weeks_before(caseworker, coordinator, clinic, time_machine):
    referral = referral_at(ReferralState.ACCEPTED, lead=caseworker, partner=coordinator, to=clinic)
    ends_on = Consent.objects.get(pk=referral.consent_id).ends_on
    Notice.objects.all().delete()

    _clock(time_machine, ends_on - datetime.timedelta(days=15))
    before = _told(caseworker)
    for days in (14, 13):
        _clock(time_machine, ends_on - datetime.timedelta(days=days))

    assert before == []
    assert _told(caseworker) == ["referrals.consent_ends"]


def test_every_notice_of_the_day_leads_to_its_page(as_, caseworker, coordinator, clinic):
    """A referral that was answered, a message, and a consent: each has a page of its own."""
    referral = referral_at(ReferralState.IN_SERVICE, lead=caseworker, partner=coordinator, to=clinic)
    claire: Client = as_("claire")

    day = claire.get(reverse("cases:day"))

    notices = list(day.context["notices"])
    assert {notice.kind for notice in notices} == {"referrals.answered", "referrals.moved"}
    assert {notice.code for notice in notices} == {shown(referral.reference)}
    for notice in notices:
        assert f'href="{notice.address}"' in day.content.decode()
        assert claire.get(notice.address).status_code == 200
