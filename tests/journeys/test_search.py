"""Finding somebody: with an accent missing, and the same person at a second intake."""

import re

import pytest
from playwright.sync_api import expect

from cases.models import Found
from tests.cases.named import named
from tests.factories import take
from tests.journeys.test_every_page import BOTH, look_everywhere
from tests.people import acting

pytestmark = pytest.mark.usefixtures("transactional_db")
RESULT = re.compile(r"/recherche/r/[0-9a-f-]{36}/$")


def _searches(person, typed: str) -> None:
    person.goes_to("/recherche/")
    person.types(asked=typed)
    person.page.locator("main form").get_by_role("button", name=person.words("Search"), exact=True).click()


@BOTH
def test_somebody_is_found_with_an_accent_missing(arrives):
    case = named(acting("claire"), "Zélie Quetzal", legal="نادية", phone="+15145550134")
    claire = arrives("claire")
    claire.signs_in()
    claire.goes_to("/recherche/")
    look_everywhere(claire)
    claire.page.locator("main form").get_by_role("button", name=claire.words("Search"), exact=True).click()
    claire.page.locator(".govuk-error-summary").wait_for()
    look_everywhere(claire)

    _searches(claire, "quetzal zelie")

    expect(claire.page).to_have_url(RESULT)
    claire.reads(case.code, "Zélie Quetzal")
    look_everywhere(claire)
    _searches(claire, "Rodolfo")
    claire.reads(claire.words("No case that you may see fits."))
    look_everywhere(claire)


@BOTH
def test_the_same_person_at_a_second_intake(arrives):
    claire_acts = acting("claire")
    known, case = named(claire_acts, "Zélie Quetzal"), named(claire_acts)
    take(case, "begin_intake", claire_acts)
    claire = arrives("claire")
    claire.signs_in()
    claire.goes_to(f"/accueil/{case.code}/personne/")
    claire.types(called="Zelie Quetsal")
    claire.page.locator("main form[novalidate] button[type=submit]").last.click()

    expect(claire.page).to_have_url(RESULT)
    claire.reads_the_heading("Cases like this one")
    claire.reads(known.code)
    look_everywhere(claire)
    claire.presses("Go on with the intake")
    claire.is_at(f"/accueil/{case.code}/")


@BOTH
def test_a_hidden_match_comes_to_the_desk(arrives):
    cases = [named(acting(name), "Zélie Quetzal") for name in ("claire", "joaquin")]
    mireille = arrives("mireille")
    mireille.signs_in()
    mireille.goes_to("/recherche/correspondances/")
    look_everywhere(mireille)
    mireille.presses("Compare with all cases")
    mireille.reads(*(case.code for case in cases))
    look_everywhere(mireille)

    mireille.page.get_by_role("button", name=re.compile(rf"^{mireille.words('Same person')}")).click()

    mireille.reads(mireille.words("There is no pair to look at."))
    look_everywhere(mireille)
    assert Found.objects.count() == 0
