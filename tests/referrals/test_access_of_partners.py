"""What a partner reads of a referral stands among those who opened the case."""

import pytest
from django.urls import reverse

from referrals.models.codes import ReferralState
from tests.people import said
from tests.referrals.sent import CLINIC, joined, referral_at


@pytest.fixture
def referral(supervisor, caseworker, coordinator):
    return referral_at(ReferralState.SENT, lead=caseworker, partner=coordinator, to=joined(CLINIC, supervisor))


def test_reading_of_a_partner_stands_on_the_page_of_the_case(as_, referral, coordinator):
    noor = as_("noor")
    noor.get(reverse("referrals:inbox"))
    noor.get(reverse("referrals:referral", args=[referral.reference]))

    page = as_("claire").get(reverse("cases:access", args=[referral.case.reference]))

    theirs = [line for line in page.context["lines"] if str(line.who) == coordinator.user.name]
    assert {str(line.organisation) for line in theirs} == {CLINIC}
    ties = {line.entry.action: str(line.tie) for line in theirs}
    assert ties["referrals.envelope_opened"] == said("Through a referral")
