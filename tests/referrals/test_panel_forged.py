"""What the page of a case shows when one of its referrals was tampered with: that one is closed, and no other."""

import pytest
from django.urls import reverse

from audit.log.models import Entry
from cellule.vault.models import OwnerKey
from referrals.models.codes import ReferralState as S
from tests.people import said
from tests.referrals.sent import CLINIC, joined, referral_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair(supervisor, caseworker, coordinator):
    """Two referrals of one case that the agency has seen."""
    clinic = joined(CLINIC, supervisor)
    first = referral_at(S.VIEWED, lead=caseworker, partner=coordinator, to=clinic)
    return first, referral_at(S.VIEWED, lead=caseworker, partner=coordinator, to=clinic, case=first.case)


def _swap_wrap(good, forged, owner):
    wraps = OwnerKey.objects.filter(holder=forged.key_holder, compartment="envelope")
    wraps.filter(owner=forged.pk).update(wrap=bytes(wraps.get(owner=good.pk).wrap))


def _swap_trace(good, forged, owner):
    owner.execute("ALTER TABLE referrals_referraltrace DISABLE TRIGGER USER")
    owner.execute(
        "UPDATE referrals_referraltrace SET trace = "
        "(SELECT trace FROM referrals_referraltrace WHERE referral_id = %s LIMIT 1) WHERE referral_id = %s",
        [good.pk, forged.pk],
    )
    owner.execute("ALTER TABLE referrals_referraltrace ENABLE TRIGGER USER")


@pytest.mark.parametrize("page", ["cases:case", "referrals:panel", "referrals:of_case"])
@pytest.mark.parametrize("tamper", [_swap_wrap, _swap_trace])
def test_forged_packet_closes_its_own_line_leaves_one_entry_and_the_page_stays(
    as_, pair, caseworker, owner_connection, tamper, page
):
    good, forged = pair
    tamper(good, forged, owner_connection)

    answer = as_("claire").get(reverse(page, args=[good.case.reference]))

    assert answer.status_code == 200
    assert answer.text.count(said("This referral cannot be opened")) == 1
    lines = answer.context["lines"] if page != "cases:case" else []
    assert {line.referral.pk: (line.is_closed, len(line.parcel.moves)) for line in lines} == (
        {good.pk: (False, 2), forged.pk: (True, 0)} if lines else {}
    )
    entries = Entry.objects.filter(action="referrals.packet_forged")
    assert [(each.reference, each.actor_id, each.outcome) for each in entries] == [
        (forged.reference, str(caseworker.user.pk), "failed")
    ]
