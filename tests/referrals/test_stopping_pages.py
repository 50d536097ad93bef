"""What an agency finds once something was stopped: nothing of what it had not accepted, a notice of what it had."""

import pytest
from django.urls import reverse

from audit.log.models import Entry
from cases.models import Category, Consent
from cellule.notices.models import Notice
from cellule.vault.models import OwnerKey
from referrals import notices
from referrals.models import Referral
from referrals.models.codes import ReferralState
from tests.factories import take
from tests.people import said, signed_in
from tests.referrals import sent
from tests.referrals.sent import CLINIC, joined, referral_at

# What the page of an accepted referral tells of the person.
CONTENT = ("Lune Bleue", "Zélie Fictive", "un lit loin", "A safe place to sleep")
NOT_RECEIVED = (ReferralState.SENT, ReferralState.VIEWED)
RECEIVED = (ReferralState.ACCEPTED, ReferralState.IN_SERVICE, ReferralState.ON_HOLD)


@pytest.fixture
def clinic(supervisor):
    return joined(CLINIC, supervisor)


@pytest.fixture
def reached(clinic, caseworker, coordinator):
    """`reached(state)`: a referral of Claire's to Noor's clinic."""
    return lambda state: referral_at(state, lead=caseworker, partner=coordinator, to=clinic)


def _stop(how: str, referral: Referral, lead) -> None:
    """By the unit's own step, or by what the person says."""
    consent = Consent.objects.get(pk=referral.consent_id)
    if how == "withdraw":
        consent.withdraw(by=lead)
    elif how == "narrow":
        sent.consent(referral.case, lead, referral.agency, {Category.NEEDS})
    else:
        take(referral, how, lead)


def _page(referral: Referral) -> str:
    return reverse("referrals:referral", args=[referral.reference])


HOW = ("recall", "mark_error", "withdraw", "narrow")


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("state", NOT_RECEIVED)
def test_what_was_not_accepted_is_gone_at_once_as_if_it_had_never_been(reached, caseworker, state, how):
    referral, thea = reached(state), signed_in("thea")
    unknown = thea.get("/orientations/7QK2-M9XD/")

    _stop(how, referral, caseworker)

    found = thea.get(_page(referral))
    assert (found.status_code, unknown.status_code) == (404, 404)
    assert referral.code not in thea.get("/orientations/").text
    assert OwnerKey.objects.filter(owner=referral.pk, holder=referral.agency_holder).count() == 0


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("state", RECEIVED)
def test_what_was_accepted_leaves_a_notice_without_content_until_it_is_acknowledged(reached, caseworker, state, how):
    referral, thea, noor = reached(state), signed_in("thea"), signed_in("noor")
    thea.get(_page(referral))

    _stop(how, referral, caseworker)

    page, inbox = thea.get(_page(referral)), noor.get("/orientations/")
    assert (page.status_code, "Not to be used any more" in page.text) == (200, True)
    assert [text for text in CONTENT if text in page.text + inbox.text] == []
    assert [each.reference for each in inbox.context["to_stop"]] == [referral.reference]
    assert OwnerKey.objects.filter(owner=referral.pk, holder=referral.agency_holder).count() == 0


def test_acknowledged_stop_is_gone_and_told_to_the_unit(reached, caseworker):
    referral, thea = reached(ReferralState.ACCEPTED), signed_in("thea")
    take(referral, "recall", caseworker)
    step = reverse("referrals:step", args=[referral.reference, "arret-confirme"])

    looked = thea.get(step)
    answer = thea.post(step)

    assert (looked.status_code, answer.status_code, answer["Location"]) == (200, 302, "/orientations/")
    assert thea.get(_page(referral)).status_code == 404
    assert thea.get("/orientations/").context["to_stop"] == []
    kept = Referral.objects.get(pk=referral.pk)
    assert (kept.state, kept.stop_due) == ("recalled", False)
    assert Notice.objects.filter(recipient=caseworker.user, kind=notices.STOP_CONFIRMED.code).count() == 1
    assert Entry.objects.filter(action="referrals.stop_acknowledged", reference=referral.reference).count() == 1


def test_stopped_referral_can_be_acknowledged_and_nothing_else(reached, caseworker):
    referral, thea = reached(ReferralState.ACCEPTED), signed_in("thea")
    take(referral, "recall", caseworker)

    found = {
        slug: thea.post(reverse("referrals:step", args=[referral.reference, slug])).status_code
        for slug in ("accepter", "commencer", "terminer", "rappeler")
    }
    message = thea.post(reverse("referrals:message", args=[referral.reference]), {"words": "Pourquoi ?"})

    assert found == {"accepter": 409, "commencer": 409, "terminer": 409, "rappeler": 403}
    assert message.status_code == 409


def test_every_person_of_the_agency_is_told(reached, caseworker, coordinator, agency_worker):
    referral = reached(ReferralState.ACCEPTED)
    take(referral, "recall", caseworker)

    told = Notice.objects.filter(kind=notices.REFERRAL_STOPPED.code, reference=referral.reference)

    assert {each.recipient_id for each in told} == {coordinator.user.pk, agency_worker.user.pk}


@pytest.mark.parametrize("how", ["withdraw", "end_access"])
def test_what_was_completed_stays_as_a_line_without_content(reached, caseworker, how):
    referral, thea = reached(ReferralState.COMPLETED), signed_in("thea")

    _stop(how, referral, caseworker)

    page = thea.get(_page(referral))
    assert page.status_code == 200
    assert [text for text in CONTENT if text in page.text] == []
    assert "access to this referral has ended" in page.text


def test_unit_recalls_from_the_page_of_the_step(reached):
    referral, claire = reached(ReferralState.ACCEPTED), signed_in("claire")
    step = reverse("referrals:step", args=[referral.reference, "rappeler"])

    shown = claire.get(step)
    answer = claire.post(step)

    assert said("The agency’s access ends at once. What it has read already cannot be taken back.") in shown.text
    assert (answer.status_code, answer["Location"]) == (302, _page(referral))
    assert Referral.objects.get(pk=referral.pk).state == "recalled"


def test_consent_that_allows_as_much_stops_nothing(reached, caseworker, clinic):
    referral, thea = reached(ReferralState.ACCEPTED), signed_in("thea")

    newer = sent.consent(referral.case, caseworker, clinic)

    assert Referral.objects.get(pk=referral.pk).consent_id == newer.pk
    assert "Lune Bleue" in thea.get(_page(referral)).text
