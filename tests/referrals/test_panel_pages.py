"""What the page of a case tells of its referrals, and the unit's page of one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.log.models import Entry
from cases.models import Category, State
from referrals.models import Referral
from referrals.models.codes import ReferralState as S
from tests.factories import case_at, inquiry, take
from tests.people import said
from tests.referrals.sent import CLINIC, SENDING, SHELTER, joined, referral_at, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(supervisor):
    return joined(CLINIC, supervisor)


@pytest.fixture
def at(clinic, caseworker, coordinator):
    """`at(S.SENT)`: a referral to the clinic in this state."""
    return lambda state, case=None: referral_at(state, lead=caseworker, partner=coordinator, to=clinic, case=case)


def _page(client, referral):
    return client.get(reverse("referrals:referral", args=[referral.reference]))


def test_case_without_referrals_opens_none(as_, caseworker):
    case = inquiry(caseworker)

    page = as_("claire").get(reverse("cases:case", args=[case.reference]))

    assert said("Nothing has been sent to an agency.") in page.text
    assert Entry.objects.of_action("referrals.referrals_listed").count() == 0


def test_case_page_opens_its_referrals_once_and_says_so(as_, at):
    referral = at(S.VIEWED)

    page = as_("claire").get(reverse("cases:case", args=[referral.case.reference]))

    entry = Entry.objects.of_action("referrals.referrals_listed").get()
    assert entry.shown == [referral.reference]
    assert reverse("referrals:referral", args=[referral.reference]) in page.text
    told = [event.step for event in page.context["events"] if event.kind == "orientations"]
    assert told == ["see", "send"]


def test_panel_is_the_same_alone(as_, at):
    referral = at(S.SENT)
    claire = as_("claire")

    panel = claire.get(reverse("referrals:panel", args=[referral.case.reference]))
    page = claire.get(reverse("cases:case", args=[referral.case.reference]))

    assert panel.text.strip() in page.text


@pytest.mark.parametrize("state", [S.DECLINED, S.NOT_DELIVERED, S.COMPLETED])
def test_answer_is_a_task_until_it_is_dealt_with(as_, at, caseworker, state):
    referral = at(state)
    claire, address = as_("claire"), reverse("referrals:of_case", args=[referral.case.reference])

    before = claire.get(address).context["left_to_do"]
    take(referral, "settle", caseworker)
    after = claire.get(address).context["left_to_do"]

    assert [(line.referral.pk, line.asks_for_another) for line in before] == [(referral.pk, state != S.COMPLETED)]
    assert after == []


def test_declined_referral_says_why(as_, at):
    referral = at(S.DECLINED)

    (line,) = as_("claire").get(reverse("referrals:of_case", args=[referral.case.reference])).context["lines"]

    assert str(line.answer) == said("No place left")


def test_more_referrals_need_no_more_queries(as_, clinic, caseworker):
    claire = as_("claire")

    def asked(count: int) -> int:
        case = case_at(State.ACTIVE, caseworker)
        for _each in range(count):
            send(case, caseworker, clinic)
        with CaptureQueriesContext(connection) as queries:
            claire.get(reverse("referrals:panel", args=[case.reference]))
        return len(queries)

    assert asked(1) == asked(4)


def test_draft_leads_to_its_preparation(as_, at):
    referral = at(S.DRAFT)

    assert _page(as_("claire"), referral)["Location"] == reverse("referrals:compose", args=[referral.reference])


def test_page_lists_honestly_what_was_read_before_a_recall(as_, at, caseworker, coordinator):
    referral = at(S.SENT)
    noor, claire = as_("noor"), as_("claire")
    _page(noor, referral)
    Referral.objects.get().accept(by=coordinator)
    _page(noor, referral)
    Referral.objects.get().recall(by=caseworker)

    page = _page(claire, referral)

    assert [move.step for move in page.context["parcel"].looks] == ["see", "read_agreed"]
    assert [told.kind for told in page.context["told"]] == [
        Category.NAME,
        Category.CONTACT,
        Category.STORY,
        Category.RISK,
        Category.IDENTITY,
    ]
    assert said("Its access has ended. What it had read before cannot be taken back:") in page.text
    assert said("It was asked to stop using it, and has not confirmed that yet.") in page.text


def test_recall_before_any_look_says_that_nothing_was_read(as_, at, caseworker):
    referral = at(S.SENT)
    referral.recall(by=caseworker)

    page = _page(as_("claire"), referral)

    assert page.context["parcel"].looks == []
    assert said("Its access has ended. It had read nothing before.") in page.text


def test_number_and_name_on_paper_stay_sealed_on_the_page(as_, at):
    page = _page(as_("claire"), at(S.SENT))

    assert SENDING.summary in page.text
    assert (SENDING.legal_name in page.text, "555-0123" in page.text) == (False, False)


def test_supervisor_sees_the_envelope_and_not_what_was_agreed(as_, at):
    page = _page(as_("mireille"), at(S.ACCEPTED))

    assert (page.status_code, page.context["told"]) == (200, [])
    assert SENDING.called not in page.text
    assert Entry.objects.of_action("referrals.agreed_opened").count() == 0


def test_names_of_the_agency_stay_there(as_, at, coordinator):
    page = _page(as_("claire"), at(S.ACCEPTED))

    by = {move.step: move.by for move in page.context["parcel"].moves}
    assert (by["accept"], by["send"]) == (CLINIC, "Claire Exemple")
    assert coordinator.user.name not in page.text


def test_second_agency_is_no_part_of_the_first_ones_line(as_, at, caseworker, supervisor):
    referral = at(S.DECLINED)
    shelter = joined(SHELTER, supervisor)
    second = send(referral.case, caseworker, shelter)

    page = _page(as_("claire"), second)

    assert CLINIC not in page.text
