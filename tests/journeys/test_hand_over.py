"""A case goes from one colleague to another: shared first, written by both, then handed over."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Case, State
from tests.factories import case_at
from tests.people import acting

BOTH = pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])

HERS, HIS = "Sa voisine Lune répond. أمينة", "Son frère répond, et ne sait rien."


@pytest.fixture
def case(transactional_db) -> Case:
    """A case in active support that Claire leads."""
    return case_at(State.ACTIVE, acting("claire"))


@pytest.fixture
def address(case) -> str:
    return reverse("cases:case", args=[case.reference])


@pytest.fixture
def claire(arrives):
    claire = arrives("claire")
    claire.signs_in()
    return claire


@pytest.fixture
def joaquin(arrives, case):
    joaquin = arrives("joaquin")
    joaquin.signs_in()
    assert joaquin.goes_to(reverse("cases:case", args=[case.reference])).status == 404
    return joaquin


@BOTH
def test_case_is_shared_written_by_both_and_handed_over(claire, joaquin, case, address):
    claire.goes_to(address)
    claire.takes("Share with a colleague", to="Joaquín Inventado")
    claire.is_at(address)
    claire.reads(claire.words("Shares in it"), "Joaquín Inventado")
    claire.looks()

    joaquin.is_told_today("A case was shared with you.")
    joaquin.follows("A case was shared with you.")
    joaquin.is_at(address)
    joaquin.is_offered()
    joaquin.looks()
    joaquin.adds_a_note("J’ai appelé l’école.")
    claire.page.reload()
    one_change = ("Since your last visit: %(count)s change.", "Since your last visit: %(count)s changes.", 1)
    claire.reads(claire.words(*one_change) % {"count": 1})
    claire.looks()
    claire.adds_a_note("Je dîne avec elle mardi.")
    expect(claire.events).to_have_count(2)

    claire.takes("Hand over to a colleague", to="Joaquín Inventado")
    claire.is_at("/dossiers/")
    expect(claire.page.locator("main tbody tr")).to_have_count(0)
    claire.looks()
    assert claire.goes_to(address).status == 404
    claire.looks()

    joaquin.is_told_today("A case is yours to lead.")
    joaquin.goes_to("/dossiers/")
    joaquin.follows(case.code)
    joaquin.is_at(address)
    joaquin.is_offered(
        "Go on to the follow-up",
        "Propose to close the case",
        "Hand over to a colleague",
        "Share with a colleague",
        "Ask for a circle",
    )
    expect(joaquin.page.locator("main")).not_to_contain_text(joaquin.words("Shares in it"))
    expect(joaquin.events.first).to_contain_text("Je dîne avec elle mardi.")
    joaquin.looks()


@BOTH
def test_two_people_on_one_form_see_both_texts(claire, joaquin, case, address):
    claire.goes_to(address)
    claire.takes("Share with a colleague", to="Joaquín Inventado")
    for person in (claire, joaquin):
        person.goes_to(f"{address}contact/")
        person.chooses(watched="yes")
    claire.types(who_answers=HERS)
    claire.presses("Save safe contact")
    claire.is_at(address)

    joaquin.types(who_answers=HIS)
    joaquin.presses("Save safe contact")

    expect(joaquin.page.locator(".govuk-error-summary")).to_be_focused()
    expect(joaquin.page.locator(".app-theirs")).to_contain_text(HERS)
    expect(joaquin.field("who_answers")).to_have_value(HIS)
    joaquin.looks()
    joaquin.types(who_answers=f"{HERS}\n{HIS}")
    joaquin.presses("Save safe contact")
    joaquin.is_at(address)
    claire.page.reload()
    claire.reads(HERS, HIS)


@BOTH
def test_share_is_ended_by_one_button(claire, joaquin, address):
    claire.goes_to(address)
    claire.takes("Share with a colleague", to="Joaquín Inventado")
    assert joaquin.goes_to(address).status == 200

    claire.page.get_by_role("button", name=claire.words("End the share")).click()
    claire.is_at(address)

    expect(claire.page.locator("main")).not_to_contain_text(claire.words("Shares in it"))
    claire.looks()
    assert joaquin.goes_to(address).status == 404
    joaquin.is_told_today("A case is no longer shared with you.")
