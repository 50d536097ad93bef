"""What was sent from a case goes along when it comes into a circle: the unit's side with its people, the agency's stays."""

import uuid
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from cases.models import State
from cellule.notices.models import Notice
from cellule.vault.models import OwnerKey
from cellule.vault.unlocked import group_id
from referrals.doors import open_agreed, open_envelope
from referrals.models import Referral
from referrals.models.codes import ReferralState
from tests.factories import case_at, take
from tests.people import acting, signed_in
from tests.referrals.sent import CLINIC, draft, joined, referral_at, send


@pytest.fixture
def clinic(supervisor):
    return joined(CLINIC, supervisor)


@pytest.fixture
def case(caseworker, other_caseworker):
    return case_at(State.ACTIVE, caseworker, shared_with=other_caseworker)


@pytest.fixture
def accepted(case, caseworker, agency_worker, clinic):
    return referral_at(ReferralState.ACCEPTED, lead=caseworker, partner=agency_worker, to=clinic, case=case)


def _encircle(case, lead, approver) -> None:
    take(case, "ask_circle", lead, people=[lead.user, approver.user])
    take(case, "approve_circle", approver)
    for person in (lead, approver):
        person.vault.forget()


def _holders(referral) -> set[uuid.UUID]:
    return set(OwnerKey.objects.filter(owner=referral.pk).values_list("holder", flat=True))


def _open(name: str, referral, door=open_agreed):
    person = acting(name)
    record = Referral.objects.select_related("agency", "consent", "case").get(pk=referral.pk)
    return door(SimpleNamespace(user=person.user, acting=person), record).read(record, "envelope")


def test_packets_go_along_and_back(accepted, case, caseworker, supervisor):
    agency = accepted.agency_holder
    assert _holders(accepted) == {group_id("unit"), agency}

    _encircle(case, caseworker, supervisor)

    assert _holders(accepted) == {case.key_holder, agency}
    assert Referral.objects.get(pk=accepted.pk).key_holder == case.key_holder

    take(case, "ask_lift", caseworker)
    take(case, "approve_lift", supervisor)

    assert _holders(accepted) == {group_id("unit"), agency}


def test_both_sides_open_it_and_nobody_else_finds_it(accepted, case, caseworker, supervisor):
    _encircle(case, caseworker, supervisor)

    assert [_open(name, accepted).needs for name in ("claire", "mireille", "thea")] == [["shelter"]] * 3
    for name in ("joaquin", "omar"):
        with pytest.raises((Http404, PermissionDenied)):
            _open(name, accepted, open_envelope)
        assert signed_in(name).get(f"/orientations/{accepted.code}/").status_code == 404


def test_both_sides_write_on(accepted, case, caseworker, supervisor, agency_worker):
    _encircle(case, caseworker, supervisor)
    asking, answering = Referral.objects.get(pk=accepted.pk), Referral.objects.get(pk=accepted.pk)

    asking.write_message(by=caseworker, row_id=uuid.uuid4(), words="Est-ce possible lundi ?")
    answering.write_message(by=agency_worker, row_id=uuid.uuid4(), words="Oui, lundi.")

    # Under keys that were made since: whoever was of the unit knows the older ones.
    versions = set(OwnerKey.objects.filter(owner=accepted.pk, holder=case.key_holder).values_list("version", flat=True))
    assert versions == {1, 4, 6}


def test_agency_tells_the_people_of_the_circle_alone(accepted, case, caseworker, supervisor, agency_worker):
    _encircle(case, caseworker, supervisor)
    Notice.objects.all().delete()

    take(Referral.objects.get(pk=accepted.pk), "begin_service", agency_worker)

    assert set(Notice.objects.values_list("recipient__email", flat=True)) == {caseworker.user.email}


def test_notices_of_others_lead_nowhere_any_more(
    accepted, case, caseworker, supervisor, other_caseworker, agency_worker
):
    for person in (other_caseworker, caseworker, agency_worker):
        Notice.objects.create(recipient=person.user, kind="referrals.answered", reference=accepted.reference)

    _encircle(case, caseworker, supervisor)

    kept = Notice.objects.filter(reference=accepted.reference).values_list("recipient", flat=True)
    assert other_caseworker.user.pk not in kept
    assert {caseworker.user.pk, agency_worker.user.pk} <= set(kept)


def test_draft_goes_along_and_is_sent_from_the_circle(case, caseworker, supervisor, clinic):
    prepared = draft(case, caseworker, clinic.services.first())
    _encircle(case, caseworker, supervisor)

    sent = send(case, caseworker, clinic)

    assert Referral.objects.get(pk=prepared.pk).key_holder == case.key_holder
    assert _holders(sent) == {case.key_holder, sent.agency_holder}
    assert _open("thea", sent, open_envelope).needs == ["shelter"]


def test_consent_withdrawn_in_a_circle_recalls_what_was_sent(accepted, case, caseworker, supervisor):
    _encircle(case, caseworker, supervisor)

    accepted.consent.withdraw(by=caseworker)

    now = Referral.objects.get(pk=accepted.pk)
    assert (now.state, _holders(now)) == (ReferralState.RECALLED, {case.key_holder})
