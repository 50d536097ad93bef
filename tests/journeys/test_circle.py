"""A case comes into a circle and back: its lead asks, a supervisor agrees, and for the others there is no case meanwhile."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Case, State
from tests.factories import case_at
from tests.people import acting

WHY = "Son conjoint connaît quelqu’un de l’équipe."
WHY_NOT = "Le conjoint est parti; விடுதலை."


@pytest.fixture
def case(transactional_db) -> Case:
    """A case in active support that Claire leads and Joaquín shares in."""
    return case_at(State.ACTIVE, acting("claire"), shared_with=acting("joaquin"))


@pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])
def test_case_comes_into_a_circle_and_back(arrives, case):
    address = reverse("cases:case", args=[case.reference])
    claire, mireille, omar = arrives("claire"), arrives("mireille"), arrives("omar")
    for person in (claire, mireille, omar):
        person.signs_in()

    claire.goes_to(address)
    claire.presses("Ask for a circle")
    claire.reads_the_heading("Ask for a circle")
    names_the_circle(claire, "Joaquín Inventado", "Mireille Fictive-Roy")
    claire.answers(words=WHY)
    claire.looks()
    claire.presses("Ask for a circle")
    claire.reads(claire.words("It is asked to bring this case into a circle; a second person decides."))
    omar.goes_to(address)
    omar.reads(case.code)

    mireille.goes_to(address)
    mireille.presses("Agree to the circle")
    mireille.reads("Claire Exemple", WHY)
    mireille.looks()
    mireille.presses("Agree to the circle")
    mireille.reads(mireille.words("Circle"), WHY)
    mireille.looks()

    finds_nothing(omar, address, case.code)
    claire.goes_to(address)
    claire.reads("Mireille Fictive-Roy")
    claire.takes("Ask to end the circle", words=WHY_NOT)
    mireille.goes_to(address)
    mireille.presses("End the circle")
    mireille.reads(WHY_NOT)
    mireille.looks()
    mireille.presses("End the circle")
    omar.goes_to(address)
    omar.reads(case.code)


def names_the_circle(claire, not_any_more: str, too: str) -> None:
    """Besides herself, who leads the case and is named already."""
    for name, named in ((not_any_more, False), (too, True)):
        claire.page.locator("main label").filter(has_text=name).locator("xpath=../input").set_checked(named)


def finds_nothing(omar, address: str, code: str) -> None:
    answer = omar.page.request.get(omar.page.url.partition("/dossiers/")[0] + address)
    assert answer.status == 404
    for path in ("/dossiers/cellule/", "/dossiers/cellule/sans-responsable/", "/"):
        omar.goes_to(path)
        expect(omar.page.locator("main").get_by_text(code)).to_have_count(0)
