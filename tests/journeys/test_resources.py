"""The directory in the browser: a search, the sheets, an agreement from its draft to its end."""

import re

import pytest
from django.urls import reverse

from cases.models import State
from referrals.fiction import DIRECTORY, tell
from referrals.hsds.files import read_file
from referrals.hsds.loading import load
from referrals.models import Agency, Agreement, Service
from tests.factories import case_at
from tests.people import acting
from tests.referrals.sent import SHELTER, joined

WIDTHS = (320, 1280)


def _looks_everywhere(person) -> None:
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 800})
        person.looks()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_caseworker_finds_a_service(arrives):
    tell({"mireille": acting("mireille")})
    claire = arrives("claire")
    claire.signs_in()
    claire.follows("Resources")
    claire.is_at("/ressources/")
    claire.reads_the_heading("Resources")
    _looks_everywhere(claire)

    claire.types(texte="hebergements")
    claire.button("Find services").first.click()
    claire.reads("Hébergement d’urgence du Saule", "Hébergement de nuit")
    claire.page.get_by_role("link", name="Hébergement d’urgence du Saule").click()
    claire.reads(claire.words("Secret: it is not written down here."))
    _looks_everywhere(claire)

    claire.goes_to("/ressources/?texte=introuvable")
    claire.reads(claire.words("No service fits this search."))
    _looks_everywhere(claire)
    for name in ("Service de police imaginaire de l’Île", "Clinique juridique fictive du Phare"):
        claire.goes_to(reverse("referrals:sheet", args=[Agency.objects.get(name=name).reference]))
        _looks_everywhere(claire)
    consultation = Service.objects.get(name="Consultation médicale")
    claire.goes_to(reverse("referrals:sheet", args=[consultation.reference]))
    _looks_everywhere(claire)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_sheet_of_a_service_leads_to_a_referral(arrives):
    """First without a case to choose, then for one that has no consent for this agency yet."""
    claire, lead = arrives("claire"), acting("claire")
    bed = joined(SHELTER, acting("mireille")).services.get()
    claire.signs_in()
    claire.goes_to(reverse("referrals:sheet", args=[bed.reference]))
    claire.presses("Refer somebody to this service")
    claire.is_at(reverse("referrals:begin", args=[bed.reference]))
    claire.reads(claire.words("You lead no open case from which something could be sent."))
    _looks_everywhere(claire)

    case = case_at(State.ACTIVE, lead)
    claire.page.reload()
    _looks_everywhere(claire)
    claire.chooses(case=case.reference)
    claire.presses("Prepare a referral")
    claire.page.wait_for_url("**/preparer/")
    _looks_everywhere(claire)
    claire.presses("Write down the person’s answer")
    claire.is_at(reverse("referrals:new_consent", args=[case.reference]))
    _looks_everywhere(claire)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_supervisor_settles_an_agreement(arrives):
    load(read_file(DIRECTORY))
    agency = Agency.objects.get(name="Refuge Fictif de l’Étape")
    mireille = arrives("mireille")
    mireille.signs_in()
    mireille.goes_to(reverse("referrals:sheet", args=[agency.reference]))
    mireille.presses("Write down an agreement")
    mireille.reads_the_heading("New agreement")
    _looks_everywhere(mireille)

    mireille.types(number="2026-9", starts_on="2020-01-01", ends_on="2019-01-01", signed_on="2019-12-01")
    mireille.presses("Save the agreement")
    mireille.reads(mireille.words("The last day comes after the first one."))
    _looks_everywhere(mireille)
    mireille.types(ends_on="2099-12-31")
    mireille.presses("Save the agreement")
    mireille.is_at(reverse("referrals:sheet", args=[agency.reference]))

    for label in ("Put the agreement in force", "Suspend the agreement", "Resume the agreement", "End the agreement"):
        # The button also says, unseen, of which agreement it speaks.
        mireille.page.get_by_role("button", name=re.compile(f"^{re.escape(mireille.words(label))}")).click()
        mireille.reads_the_heading(label)
        _looks_everywhere(mireille)
        mireille.presses(label)
        mireille.is_at(reverse("referrals:sheet", args=[agency.reference]))
    _looks_everywhere(mireille)

    assert Agreement.objects.get().state == "ended"
