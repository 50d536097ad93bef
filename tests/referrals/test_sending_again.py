"""An agency has lost all its keys: its page says so, the leads are told, and one button sends everything again."""

import uuid

import pytest
from django.urls import reverse

from audit.log.models import Entry
from cellule.accounts.acting import Acting
from cellule.notices.models import Notice
from cellule.vault import packets
from cellule.vault.owner_keys import owner_keys
from referrals.models import Referral
from referrals.models.codes import ReferralState as S
from tests.factories import take
from tests.people import acting, said, signed_in
from tests.referrals.sent import CLINIC, joined, referral_at
from tests.vault.parcels import afresh
from tests.vault.test_agency_begins_anew import let_in
from tests.vault.test_circle_returns import enrol_anew

pytestmark = pytest.mark.django_db(transaction=True)

LOST = "This referral cannot be read any more"


@pytest.fixture
def referral(supervisor, caseworker, coordinator) -> Referral:
    """Accepted, with a question and its answer, the agency's under a key that it made itself."""
    made = referral_at(S.ACCEPTED, lead=caseworker, partner=coordinator, to=joined(CLINIC, supervisor))
    made.write_message(by=caseworker, row_id=uuid.uuid4(), words="Avez-vous une place lundi?")
    thea = enrol_anew("thea")
    let_in(thea, afresh(coordinator))
    made.write_message(by=afresh(coordinator), row_id=uuid.uuid4(), words="Oui, lundi à dix heures.")
    return made


@pytest.fixture
def lost(referral, supervisor) -> Acting:
    """Thea and Noor have lost theirs; Noor has been let in anew."""
    enrol_anew("thea")
    noor = enrol_anew("noor")
    let_in(noor, afresh(supervisor))
    return noor


def _page(referral: Referral) -> str:
    return reverse("referrals:referral", args=[referral.reference])


def _send_again(name: str, referral: Referral):
    return signed_in(name).post(reverse("referrals:step", args=[referral.reference, "renvoyer"]))


def test_agency_has_a_key_of_its_own_making(referral):
    """What makes the tests below tell something: not all of it was sealed by the unit."""
    versions = {row.version for row in owner_keys([referral], packets.PARTS)}

    assert 3 in versions


def test_page_says_that_it_cannot_be_read_and_the_lead_is_told_once(lost, referral, caseworker):
    noor = signed_in("noor")

    pages = [noor.get(_page(referral)) for _ in range(2)]
    inbox = noor.get(reverse("referrals:inbox"), {"volet": "en-cours"})

    assert [(page.status_code, said(LOST) in page.text) for page in pages] == [(409, True)] * 2
    assert inbox.status_code == 200
    assert (
        Notice.objects.unread(caseworker.user).filter(kind="referrals.lost", reference=referral.reference).count() == 1
    )
    assert not Entry.objects.filter(action="referrals.packet_forged").exists()


def test_agency_reads_all_of_it_once_it_was_sent_again(lost, referral):
    assert _send_again("claire", referral).status_code == 302

    page = signed_in("noor").get(_page(referral))

    assert page.status_code == 200
    for text in ("Lune Bleue", "Avez-vous une place lundi?", "Oui, lundi à dix heures."):
        assert text in page.text
    assert Entry.objects.filter(action="referrals.referral_sent_again", reference=referral.reference).count() == 1


def test_both_sides_write_on(lost, referral, caseworker):
    _send_again("claire", referral)
    kept = Referral.objects.get(pk=referral.pk)

    kept.write_message(by=afresh(lost), row_id=uuid.uuid4(), words="Bonjour de nouveau.")
    kept.write_message(by=afresh(caseworker), row_id=uuid.uuid4(), words="Merci.")
    take(Referral.objects.get(pk=referral.pk), "begin_service", afresh(lost))

    pages = [signed_in(name).get(_page(referral)) for name in ("claire", "noor")]
    assert [("Bonjour de nouveau." in page.text, "Merci." in page.text) for page in pages] == [(True, True)] * 2


def test_second_click_sends_nothing_again(lost, referral):
    answers = [_send_again("claire", referral).status_code for _ in range(2)]

    assert answers[0] == 302
    assert Entry.objects.filter(action="referrals.referral_sent_again").count() == 1


def test_button_is_there_for_who_leads_the_case_and_only_when_it_is_needed(lost, referral):
    def offered(name: str) -> bool:
        return (
            reverse("referrals:step", args=[referral.reference, "renvoyer"])
            in signed_in(name).get(_page(referral)).text
        )

    before = [offered(name) for name in ("claire", "mireille")]
    _send_again("claire", referral)

    assert (before, offered("claire")) == ([True, False], False)


@pytest.mark.parametrize(("name", "status"), [("mireille", 403), ("noor", 403), ("solange", 404), ("ana", 404)])
def test_nobody_else_sends_it_again(lost, referral, name, status):
    assert _send_again(name, referral).status_code == status
    assert packets.is_beyond_reach(referral)


def test_nothing_is_sent_again_while_nobody_there_could_open_it(referral):
    enrol_anew("thea")
    enrol_anew("noor")

    assert _send_again("claire", referral).status_code == 409


def test_nothing_is_sent_again_without_consent(lost, referral, caseworker):
    take(Referral.objects.get(pk=referral.pk), "recall", acting("claire"))

    assert _send_again("claire", referral).status_code == 409
