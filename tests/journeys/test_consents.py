"""Consents in the browser: asked for, refused, given, withdrawn in two clicks; and an agency tied to its people."""

import pytest
from django.urls import reverse

from cases.models import Case, Category, Consent, State
from referrals.models import Agency, AgencyKind
from tests.factories import case_at
from tests.journeys.test_every_page import BOTH, look_everywhere
from tests.people import acting
from tests.referrals.agencies import agency
from tests.referrals.sent import CLINIC, joined, send

EXPLAINED = {"with_interpreter": "yes", "given_by": "person"}


@pytest.fixture
def case(transactional_db) -> Case:
    """A case that Claire leads, and a legal clinic that may be asked; it counts as a government body."""
    clinic = joined(CLINIC, acting("mireille"))
    Agency.objects.filter(pk=clinic.pk).update(kind=AgencyKind.GOVERNMENT)
    return case_at(State.ACTIVE, acting("claire"))


def _ticks(person, **answers: str) -> None:
    for name, value in answers.items():
        person.page.locator(f"[name={name}][value={value}]").check()


def _asks(claire, case: Case) -> None:
    """From the case to the question for the one agency that there is."""
    claire.goes_to(reverse("cases:case", args=[case.reference]))
    claire.follows("Consents")
    claire.reads_the_heading("Consents")
    look_everywhere(claire)
    claire.presses("Ask for a consent")
    claire.page.locator("[name=organisme]").select_option(label=CLINIC)
    look_everywhere(claire)
    claire.presses("Go on")
    claire.reads(claire.words("Read this aloud"))
    look_everywhere(claire)


@BOTH
def test_somebody_says_no_then_yes_then_stop(arrives, case):
    claire = arrives("claire")
    claire.signs_in()

    _asks(claire, case)
    claire.presses("Write the answer down")
    look_everywhere(claire)
    _ticks(claire, answer="refused", **EXPLAINED)
    claire.page.locator("[name=in_tongue]").select_option("tam")
    claire.presses("Write the answer down")
    claire.reads(claire.words("Nothing is told to this agency. The help goes on as before."))
    look_everywhere(claire)

    _asks(claire, case)
    _ticks(claire, answer="given", **{f"kind_{kind}": "yes" for kind in Category}, purpose="service", channel="oral")
    _ticks(claire, **EXPLAINED)
    claire.page.locator("[name=in_tongue]").select_option("tam")
    claire.page.locator("[name=witness]").fill("Une collègue fictive")
    look_everywhere(claire)
    claire.presses("Write the answer down")
    claire.reads("Une collègue fictive")
    look_everywhere(claire)

    given = Consent.objects.get(state="given")
    send(case, acting("claire"), Agency.objects.get(name=CLINIC))
    claire.presses("Withdraw the consent")
    claire.reads(claire.words("This stops at once:"))
    look_everywhere(claire)
    claire.presses("Withdraw the consent")
    claire.is_at(reverse("referrals:consent", args=[given.reference]))
    claire.reads(claire.words("Nobody had opened it. The agency’s list may have shown what is needed."))
    look_everywhere(claire)


@BOTH
def test_supervisor_says_who_answers_for_an_agency(arrives, transactional_db):
    alone, mireille = agency(), arrives("mireille")
    mireille.signs_in()
    mireille.goes_to(reverse("referrals:sheet", args=[alone.reference]))
    look_everywhere(mireille)

    mireille.presses("Say who answers for this agency")
    mireille.reads_the_heading("Who answers for this agency")
    look_everywhere(mireille)
    mireille.page.get_by_label(CLINIC).check()
    mireille.page.locator("[name=is_sure]").check()
    mireille.presses("Connect the agency")

    mireille.reads(mireille.words("They sign in here."))
    look_everywhere(mireille)
