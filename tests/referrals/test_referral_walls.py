"""No way around consent, agency and snapshot: what the database refuses, whoever asks and by whatever path."""

import datetime
from collections.abc import Callable
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit.log.record import record
from cases.models import Consent, ConsentState, State
from referrals import actions
from referrals.models import AgencyKind, Referral
from referrals.models.codes import ReferralState
from tests.factories import case_at
from tests.referrals.agencies import agency, service
from tests.referrals.sent import CLINIC, SHELTER, consent, draft, joined, opened, referral_at, send

S = ReferralState


@pytest.fixture
def shelter(supervisor):
    return joined(SHELTER, supervisor)


@pytest.fixture
def clinic(supervisor):
    return joined(CLINIC, supervisor)


@pytest.fixture
def case(caseworker):
    return case_at(State.ACTIVE, caseworker)


def _run(statement: str, **values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def _kept():
    """A transaction that comes as far as its commit."""
    with transaction.atomic():
        yield
        _run("SET CONSTRAINTS ALL IMMEDIATE")


def _refusal(act: Callable[[], object]) -> str:
    """The wall that refuses, at the latest when the transaction is to be kept."""
    with pytest.raises(IntegrityError) as refused, _kept():
        act()
    return refused.value.__cause__.diag.constraint_name


def _moved(referral: Referral, by, to: str, **columns: object) -> None:
    """Move a referral as somebody would who knows its rules: with the entry of the move."""
    before = Referral.objects.get(pk=referral.pk).state
    Referral.objects.filter(pk=referral.pk).update(state=to, **columns)
    record(actions.REFERRAL_SEEN, by=by.actor, purpose=f"{before}>{to}", **referral._told_by(by))


# --- To whom ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [AgencyKind.POLICE, AgencyKind.BORDER])
def test_nothing_is_begun_for_a_body_apart(case, kind):
    body = service(agency(name="Corps fictif", kind=kind))

    row = Referral(case=case, agency=body.agency, service=body, key_holder=case.key_holder, reference="22222222")
    row.recorded_week = case.opened_week

    assert _refusal(lambda: row.save(force_insert=True)) == "referral_agency_may_receive"


def test_agency_with_a_referral_becomes_no_body_apart(case, caseworker, shelter):
    send(case, caseworker, shelter)

    def turned() -> None:
        # Its people and its agreement bind it as well; they go first here.
        _run("DELETE FROM referrals_agreement WHERE agency_id = %(agency)s", agency=shelter.pk)
        _run(
            "UPDATE referrals_agency SET organisation_id = NULL, kind = 'police' WHERE id = %(agency)s",
            agency=shelter.pk,
        )

    assert _refusal(turned) == "referral_agency_may_receive"


def test_service_is_one_of_the_agency(case, caseworker, shelter, clinic):
    referral = draft(case, caseworker, shelter.services.get())
    row = {"service": clinic.services.get()}

    assert _refusal(lambda: Referral.objects.filter(pk=referral.pk).update(**row)) == "referral_stays_as_sent"

    row = Referral(case=case, agency=shelter, key_holder=case.key_holder, reference="22222222", **row)
    row.recorded_week = case.opened_week
    assert _refusal(lambda: row.save(force_insert=True)) == "referral_service_is_the_agencys"


# --- Under which consent ----------------------------------------------------------------------------


def test_consent_is_one_of_the_very_case(case, caseworker, shelter):
    of_another = consent(case_at(State.ACTIVE, caseworker), caseworker, shelter)
    referral = draft(case, caseworker, shelter.services.get())

    refusal = _refusal(lambda: Referral.objects.filter(pk=referral.pk).update(consent=of_another))

    assert refusal == "referral_consent_is_the_cases"


def _given_to_another(case, caseworker, clinic) -> Consent:
    return consent(case, caseworker, clinic)


def _withdrawn(case, caseworker, shelter) -> Consent:
    given = consent(case, caseworker, shelter)
    given.withdraw(by=caseworker)
    return given


def test_nothing_goes_on_under_a_consent_that_does_not_hold(case, caseworker, shelter, clinic):
    """Everything else that a sent referral has is there, and so is the entry of the move."""
    seen = send(case, caseworker, shelter)
    for unfit in (_given_to_another(case, caseworker, clinic), _withdrawn(case, caseworker, clinic)):
        assert (
            _refusal(lambda unfit=unfit: Referral.objects.filter(pk=seen.pk).update(consent=unfit))
            == "referral_rests_on_consent"
        )
    assert _refusal(lambda: Consent.objects.filter(pk=seen.consent_id).update(state="withdrawn")) in {
        "cases_consent_moves_told",
        "consent_stops_referrals",
    }


@pytest.mark.parametrize("to", [S.VIEWED, S.ACCEPTED])
def test_referral_moves_no_further_once_its_consent_is_over(case, caseworker, coordinator, clinic, to):
    referral = send(case, caseworker, clinic)

    def moved_after_the_end() -> None:
        _ended(referral.consent, caseworker)
        _moved(referral, caseworker, to)

    assert _refusal(moved_after_the_end) == "referral_rests_on_consent"


def test_last_day_counts_where_something_leaves(case, caseworker, clinic):
    referral = send(case, caseworker, clinic)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Consent.objects.filter(pk=referral.consent_id).update(ends_on=yesterday)

    assert _refusal(lambda: _moved(referral, caseworker, S.ACCEPTED)) == "referral_rests_on_consent"


def _ended(given: Consent, by) -> None:
    """End a consent past its step, with the entry of the move, and stop nothing."""
    Consent.objects.filter(pk=given.pk).update(state=ConsentState.WITHDRAWN)
    record(actions.REFERRAL_SEEN, by=by.actor, purpose=f"given>withdrawn {given.reference}", **given._told_by(by))


@pytest.mark.parametrize("state", [S.SENT, S.VIEWED, S.ACCEPTED, S.IN_SERVICE, S.ON_HOLD, S.COMPLETED, S.NOT_DELIVERED])
def test_consent_does_not_end_before_what_rests_on_it(caseworker, coordinator, clinic, state):
    referral = referral_at(state, lead=caseworker, partner=coordinator, to=clinic)

    assert _refusal(lambda: _ended(referral.consent, caseworker)) == "consent_stops_referrals"


@pytest.mark.parametrize("state", [S.DRAFT, S.DECLINED, S.RECALLED, S.ENTERED_IN_ERROR])
def test_consent_ends_with_what_is_over(caseworker, coordinator, clinic, state):
    """What the refusals above are measured against."""
    referral = referral_at(state, lead=caseworker, partner=coordinator, to=clinic)

    with _kept():
        _ended(referral.consent, caseworker)

    assert Consent.objects.get(pk=referral.consent_id).state == "withdrawn"


# --- What was sent ----------------------------------------------------------------------------------


CHANGES = {
    "another case": lambda referral, other: {"case": other.case},
    "another agency": lambda referral, other: {"agency": other.agency},
    "another reference": lambda referral, other: {"reference": "22222222"},
    "another group": lambda referral, other: {"agency_holder": other.key_holder},
    "another deadline": lambda referral, other: {"due_on": datetime.date(2030, 1, 1)},
    "another urgency": lambda referral, other: {"urgency": "urgent"},
    "another signature": lambda referral, other: {"signature": {"v": 1}},
}


@pytest.mark.parametrize("state", [S.SENT, S.ACCEPTED, S.COMPLETED])
@pytest.mark.parametrize("change", CHANGES)
def test_what_was_sent_stays(caseworker, coordinator, clinic, shelter, state, change):
    referral = referral_at(state, lead=caseworker, partner=coordinator, to=clinic)
    other = send(case_at(State.ACTIVE, caseworker), caseworker, shelter)
    columns = CHANGES[change](referral, other)

    refusal = _refusal(lambda: Referral.objects.filter(pk=referral.pk).update(**columns))

    assert refusal == "referral_stays_as_sent"


@pytest.mark.parametrize("column", ["envelope", "agreed"])
def test_content_that_was_sent_is_not_sealed_anew(caseworker, coordinator, clinic, column):
    referral = referral_at(S.ACCEPTED, lead=caseworker, partner=coordinator, to=clinic)

    swap = f"UPDATE referrals_referral SET {column} = agreed || envelope WHERE id = %(referral)s"

    assert _refusal(lambda: _run(swap, referral=referral.pk)) == "referral_stays_as_sent"


def test_draft_holds_no_key_and_no_content(case, caseworker, clinic):
    consent(case, caseworker, clinic)
    referral = draft(case, caseworker, clinic.services.get())

    kept = Referral.objects.get(pk=referral.pk)

    assert (kept.envelope, kept.agreed, kept.signature, kept.agency_holder) == (None, None, None, None)
    assert opened(case, caseworker).read(kept.consent, "story").kinds
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM keys.vault_ownerkey WHERE owner = %s", [referral.pk])
        assert cursor.fetchone() == (0,)
