"""No field ever leaves that no active consent covers, whatever was chosen and however the consent reads."""

import dataclasses

import pytest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Category, ContactDetails, ContactRules, PersonIdentity, PersonOrdinary, State
from cellule.steps import TooLate
from referrals.composing import Choice, gather
from referrals.models.packet import Agreed, Sending, packed, uncovered
from tests.factories import case_at
from tests.referrals.sent import CLINIC, EVERYTHING, consent, draft, joined, opened
from tests.referrals.test_sending_pages import _read

# By the kind of data what of a packet it lets out.
FIELDS = {
    Category.NAME: {"called"},
    Category.CONTACT: {"contact"},
    Category.STORY: {"summary"},
    Category.RISK: {"risk"},
    Category.IDENTITY: {"legal_name", "born"},
}
kinds = st.sets(st.sampled_from(sorted(EVERYTHING)))
sendings = st.builds(
    Sending,
    needs=st.just(("shelter",)),
    urgency=st.just("normal"),
    called=st.text(max_size=5),
    contact=st.lists(st.tuples(st.just("phone"), st.text(max_size=5)), max_size=2).map(tuple),
    summary=st.text(max_size=5),
    risk=st.sampled_from(["", "high"]),
    legal_name=st.text(max_size=5),
    born=st.sampled_from([None, {"kind": "unknown"}]),
)


def _filled(agreed: Agreed) -> set[str]:
    return {name for name, value in dataclasses.asdict(agreed).items() if value}


def _covered(allowed: set[str]) -> set[str]:
    return {name for kind, names in FIELDS.items() if kind in allowed for name in names}


def test_every_field_of_the_agreed_part_has_its_kind():
    assert {field.name for field in dataclasses.fields(Agreed)} == _covered(set(EVERYTHING))


@given(sending=sendings, allowed=kinds.map(lambda each: each | {Category.NEEDS}))
def test_packets_hold_exactly_what_the_consent_covers(sending, allowed):
    _envelope, agreed = packed(sending, allowed, purpose="service", at="")

    chosen = {name for name in _covered(set(EVERYTHING)) if getattr(sending, name)}
    assert _filled(agreed) == chosen & _covered(allowed)
    assert (not uncovered(sending, allowed)) == (chosen <= _covered(allowed))


@given(sending=sendings, allowed=kinds.map(lambda each: each - {Category.NEEDS}))
def test_nothing_is_packed_where_not_even_the_needs_may_be_told(sending, allowed):
    with pytest.raises(ValueError, match="needs"):
        packed(sending, allowed, purpose="service", at="")


@pytest.fixture
def clinic(supervisor):
    return joined(CLINIC, supervisor)


@pytest.fixture
def case(caseworker):
    """A case in which everything is written down that could leave."""
    case = case_at(State.ACTIVE, caseworker)
    client, contact = case.people.get(is_client=True), case.safe_contact
    case.correct_person(client, by=caseworker, known=PersonOrdinary(called="Lune Bleue"), version=client.version)
    case.write_identity(client, by=caseworker, identity=PersonIdentity("Zélie Fictive"), version=client.version)
    rules, details = ContactRules(channels=("call",)), ContactDetails("+15145550123")
    case.write_contact(by=caseworker, rules=rules, details=details, version=contact.version)
    return case


@pytest.mark.django_db(transaction=True)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(allowed=kinds.map(lambda each: frozenset(each | {Category.NEEDS})), chosen=kinds)
def test_what_leaves_a_case_is_covered_by_the_consent_of_that_day(case, clinic, caseworker, allowed, chosen):
    consent(case, caseworker, clinic, allowed)
    referral = draft(case, caseworker, clinic.services.get())
    request = RequestFactory().get("/")
    request.user, request.acting = caseworker.user, caseworker

    gathered = gather(request, referral, Choice({"food"}, parts=chosen, summary="Elle cherche un lit."))
    referral.send(by=caseworker, sending=gathered.sending, opened=gathered.opened)

    agreed = _read(referral, caseworker).read(referral, "agreed")
    assert _filled(agreed) <= _covered(allowed)
    assert _filled(agreed) == (_covered(allowed & (chosen | {Category.STORY})) - {"born"} if agreed else set())
    referral.recall(by=caseworker)


@pytest.mark.django_db
def test_what_was_gathered_under_a_wider_consent_is_refused(case, clinic, caseworker):
    consent(case, caseworker, clinic, EVERYTHING)
    referral = draft(case, caseworker, clinic.services.get())
    sending = Sending(needs=("food",), urgency="normal", called="Lune Bleue", summary="Elle cherche un lit.")
    narrower = consent(case, caseworker, clinic, {Category.NEEDS, Category.NAME})
    referral.rest_on(narrower, by=caseworker)

    with pytest.raises(TooLate) as refusal:
        referral.send(by=caseworker, sending=sending, opened=opened(case, caseworker))

    assert len(refusal.value.reasons) == 1
    assert (referral.state, case.active_consent(clinic.organisation, timezone.localdate())) == ("draft", narrower)
