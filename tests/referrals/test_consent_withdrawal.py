"""What stops with a consent, what goes on under a newer one, and what the page says had been seen already."""

import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.log.models import Entry
from cases.models import Category, Consent, State
from cellule.jobs.kinds import declared
from cellule.vault.models import OwnerKey
from referrals.models import Referral
from referrals.models.codes import ReferralState
from referrals.models.packet import Sending
from tests.factories import case_at, take
from tests.people import acting
from tests.referrals.sent import CLINIC, HEALTH, SHELTER, consent, joined, referral_at, send

LITTLE = Sending(needs=("shelter",), urgency="normal", called="Lune Bleue")
LITTLE_KINDS = ("needs", "name")


@pytest.fixture
def case(caseworker):
    return case_at(State.ACTIVE, caseworker)


@pytest.fixture
def clinic(supervisor):
    return joined(CLINIC, supervisor)


@pytest.fixture
def shelter(supervisor):
    return joined(SHELTER, supervisor)


def _withdraw(client, consent_: Consent):
    return client.post(reverse("referrals:withdraw", args=[consent_.reference]))


def _page(client, consent_: Consent):
    return client.get(reverse("referrals:consent", args=[consent_.reference])).context


def _keys_of_agency(referral: Referral) -> int:
    return OwnerKey.objects.filter(owner=referral.pk, holder=referral.agency_holder).count()


# --- Withdrawing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["claire", "mireille"])
def test_two_clicks_withdraw_it_and_stop_what_runs(as_, case, caseworker, clinic, person):
    client, referral = as_(person), send(case, caseworker, clinic)
    kept = Consent.objects.get()
    withdraw = reverse("referrals:withdraw", args=[kept.reference])

    ledger = client.get(reverse("referrals:consents", args=[case.reference]))
    asked = client.get(withdraw)
    answer = client.post(withdraw)

    assert withdraw in ledger.text
    assert [row.pk for row in asked.context["running"]] == [referral.pk]
    assert (answer.status_code, answer["Location"]) == (302, f"/consentements/{kept}/")
    assert Consent.objects.get().state == "withdrawn"
    assert Referral.objects.get().state == ReferralState.RECALLED
    assert _keys_of_agency(referral) == 0
    assert Entry.objects.of_action("cases.consent_withdrawn").get().reference == case.reference


def test_reading_the_page_withdraws_nothing(as_, case, caseworker, clinic):
    send(case, caseworker, clinic)

    as_("claire").get(reverse("referrals:withdraw", args=[Consent.objects.get().reference]))

    assert (Consent.objects.get().state, Referral.objects.get().state) == ("given", "sent")


def test_button_that_is_pressed_twice_leads_to_the_same_page(as_, case, caseworker, clinic):
    claire, kept = as_("claire"), consent(case, caseworker, clinic)

    answers = [_withdraw(claire, kept) for _ in range(2)]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, f"/consentements/{kept}/")] * 2
    assert Entry.objects.of_action("cases.consent_withdrawn").count() == 1


def test_withdrawal_of_an_answer_that_was_replaced_leads_to_the_newer_one(as_, case, caseworker, clinic):
    claire, older = as_("claire"), consent(case, caseworker, clinic)
    consent(case, caseworker, clinic)

    answer = _withdraw(claire, older)

    assert (answer.status_code, answer["Location"]) == (302, f"/dossiers/{case.code}/consentements/")
    assert sorted(Consent.objects.values_list("state", flat=True)) == ["given", "superseded"]


def test_each_referral_that_stops_takes_two_statements_more_its_own_step_and_its_entry(as_, caseworker, clinic):
    """Two hundred must stop within one request."""
    counted = []
    for number in (2, 4):
        case = case_at(State.ACTIVE, caseworker)
        for _ in range(number):
            send(case, caseworker, clinic)
        with CaptureQueriesContext(connection) as queries:
            _withdraw(as_("claire"), Consent.objects.get(case=case))
        counted.append(len(queries))
    assert Referral.objects.filter(state=ReferralState.RECALLED).count() == 6
    assert counted[1] - counted[0] == 2 * 2


def test_withdrawal_stops_nothing_of_another_agency(as_, case, caseworker, clinic, shelter):
    other = send(case, caseworker, shelter)
    send(case, caseworker, clinic)

    _withdraw(as_("claire"), Consent.objects.get(recipient=clinic.organisation))

    assert Referral.objects.get(pk=other.pk).state == ReferralState.SENT
    assert _keys_of_agency(other) == 2


@pytest.mark.parametrize(
    ("state", "envelope", "accepted", "must_stop"),
    [
        (ReferralState.SENT, False, False, False),
        (ReferralState.VIEWED, True, False, False),
        (ReferralState.ACCEPTED, True, True, True),
        (ReferralState.IN_SERVICE, True, True, True),
        (ReferralState.DECLINED, True, False, False),
        (ReferralState.COMPLETED, True, True, False),
    ],
)
def test_page_says_honestly_what_the_agency_had_seen(
    as_, caseworker, coordinator, clinic, state, envelope, accepted, must_stop
):
    claire, referral = as_("claire"), referral_at(state, lead=caseworker, partner=coordinator, to=clinic)
    _withdraw(claire, referral.consent)

    (seen,) = _page(claire, referral.consent)["seen"]

    told = (seen.envelope_on is not None, seen.accepted_on is not None, seen.agreed_on is not None)
    assert (seen.agency.name, seen.referral.pk, told) == (CLINIC, referral.pk, (envelope, accepted, False))
    assert seen.must_stop_using == must_stop


def test_page_says_when_the_rest_was_read_and_of_what_kinds(as_, caseworker, coordinator, clinic):
    claire = as_("claire")
    referral = referral_at(ReferralState.ACCEPTED, lead=caseworker, partner=coordinator, to=clinic)
    referral.mark_agreed_seen(by=coordinator)
    _withdraw(claire, referral.consent)

    told = _page(claire, referral.consent)

    (seen,) = told["seen"]
    assert (seen.agreed_on.date(), seen.referral.stop_due) == (timezone.now().date(), True)
    assert told["line"].further_kinds == [kind.label for kind in Category if kind != Category.NEEDS]


def test_page_of_a_consent_under_which_nothing_was_sent_says_so(as_, case, caseworker, clinic):
    claire, kept = as_("claire"), consent(case, caseworker, clinic)
    _withdraw(claire, kept)

    told = _page(claire, kept)

    assert (told["has_ended"], told["seen"], told["may_withdraw"]) == (True, [], False)


def test_reading_what_was_seen_is_in_the_log(as_, case, caseworker, clinic):
    claire, referral = as_("claire"), send(case, caseworker, clinic)
    _withdraw(claire, referral.consent)

    _page(claire, referral.consent)

    assert [entry.shown for entry in Entry.objects.of_action("referrals.referrals_listed")] == [[referral.reference]]


def test_timeline_tells_the_withdrawal_with_the_name_of_the_agency(as_, case, caseworker, clinic):
    claire, kept = as_("claire"), consent(case, caseworker, clinic)
    _withdraw(claire, kept)

    events = claire.get(reverse("cases:case", args=[case.reference])).context["events"]

    told = [(event.step, event.text) for event in events if event.step in ("withdraw", "record_consent")]
    assert told == [("withdraw", CLINIC), ("record_consent", CLINIC)]
    assert str(clinic.organisation_id) not in {str(event.title) + event.text for event in events}


# --- Narrower, wider, refused ----------------------------------------------------------------------


def test_wider_consent_lets_what_runs_go_on(case, caseworker, clinic):
    referral = send(case, caseworker, clinic, LITTLE, categories=LITTLE_KINDS)
    newer = consent(case, caseworker, clinic, [*LITTLE_KINDS, "contact"])

    referral = Referral.objects.get(pk=referral.pk)
    assert (referral.state, referral.consent_id, _keys_of_agency(referral)) == ("sent", newer.pk, 2)
    assert sorted(Consent.objects.values_list("state", flat=True)) == ["given", "superseded"]


def test_narrower_consent_stops_what_runs_and_it_can_be_sent_anew(case, caseworker, clinic):
    referral = send(case, caseworker, clinic)
    consent(case, caseworker, clinic, LITTLE_KINDS)

    again = send(case, caseworker, clinic, LITTLE)

    stopped = Referral.objects.get(pk=referral.pk)
    assert (stopped.state, _keys_of_agency(stopped)) == ("recalled", 0)
    assert (again.state, _keys_of_agency(again)) == ("sent", 2)
    assert sorted(Consent.objects.values_list("state", flat=True)) == ["given", "narrowed"]


def test_refusal_after_a_yes_stops_what_runs(case, caseworker, clinic):
    referral = send(case, caseworker, clinic)
    consent(case, caseworker, clinic, refused=True)

    assert Referral.objects.get(pk=referral.pk).state == ReferralState.RECALLED
    assert sorted(Consent.objects.values_list("state", flat=True)) == ["refused", "withdrawn"]


def test_answer_for_one_agency_leaves_the_others_alone(case, caseworker, clinic, shelter, supervisor):
    kept = send(case, caseworker, clinic)
    consent(case, caseworker, shelter, refused=True)
    consent(case, caseworker, joined(HEALTH, supervisor), ["needs"])

    assert Referral.objects.get(pk=kept.pk).state == ReferralState.SENT
    assert Consent.objects.get(recipient=clinic.organisation).state == "given"


def test_consent_of_another_case_carries_nothing(case, caseworker, clinic):
    consent(case_at(State.ACTIVE, caseworker), caseworker, clinic)

    assert case.active_consent(clinic.organisation, timezone.localdate()) is None


# --- Its end ---------------------------------------------------------------------------------------


def _tidy() -> None:
    """As a worker does it: in the transaction that marks the job done."""
    with transaction.atomic():
        declared("referrals.keep_time").handler(None)


def test_clock_ends_a_consent_and_what_runs_under_it(case, caseworker, coordinator, clinic, shelter, time_machine):
    ending = send(case, caseworker, clinic, days=3)
    take(ending, "accept", coordinator)
    going_on = send(case, caseworker, shelter, days=30)
    time_machine.move_to(timezone.now() + datetime.timedelta(days=3), tick=False)

    _tidy()
    _tidy()

    states = dict(Referral.objects.values_list("pk", "state"))
    assert (states[ending.pk], states[going_on.pk]) == ("recalled", "sent")
    assert (_keys_of_agency(ending), _keys_of_agency(going_on)) == (0, 2)
    (entry,) = Entry.objects.of_action("cases.consent_expired")
    assert (entry.reference, entry.actor_role, entry.relation) == (case.reference, "system", "none")


def test_day_before_its_end_the_clock_leaves_a_consent_alone(case, caseworker, clinic, time_machine):
    consent(case, caseworker, clinic, days=3)
    time_machine.move_to(timezone.now() + datetime.timedelta(days=2), tick=False)

    _tidy()

    assert Consent.objects.get().is_active(timezone.localdate())


def test_closing_a_case_ends_its_consents(case, caseworker, clinic):
    consent(case, caseworker, clinic)

    take(case, "propose_closing", caseworker)
    take(case, "close", acting("mireille"))

    assert Consent.objects.get().state == "expired"
