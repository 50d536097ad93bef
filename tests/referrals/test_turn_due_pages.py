"""Somebody has left the other side, and nobody there has been back: a message waits, and says why."""

import pytest
from django.urls import reverse

from cellule.vault import removal
from referrals.models import ReferralMessage
from referrals.models.codes import ReferralState
from tests.people import said
from tests.referrals.sent import CLINIC, joined, referral_at

pytestmark = pytest.mark.django_db(transaction=True)

DUE = "Somebody has just left the other side. It can be written to once a colleague there has signed in."


def test_message_waits_until_the_agency_has_turned_its_keys_and_the_text_stays(
    as_, supervisor, caseworker, coordinator, agency_worker, administrator
):
    referral = referral_at(ReferralState.VIEWED, lead=caseworker, partner=coordinator, to=joined(CLINIC, supervisor))
    removal.remove(
        agency_worker.user.pk, organisation=agency_worker.user.organisation_id, by=administrator.actor, unlocked=None
    )
    claire, page = as_("claire"), reverse("referrals:message", args=[referral.reference])
    form = {"once": claire.get(page).context["form"]["once"].value(), "words": "Pour combien de nuits ?"}

    waits = claire.post(page, form)
    assert (waits.status_code, waits.context["form"].non_field_errors()) == (409, [said(DUE)])
    assert "Pour combien de nuits ?" in waits.text
    assert ReferralMessage.objects.count() == 0

    as_("noor").get("/equipe/")
    assert claire.post(page, form).status_code == 302
    assert ReferralMessage.objects.count() == 1
