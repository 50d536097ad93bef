"""The filters of a list on a telephone: out of the way until one is in force, and never out of reach."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def width():
    return 320


def apply_buttons(person):
    return person.button("Apply").filter(visible=True)


def test_filters_are_folded_until_one_is_in_force(arrives):
    claire = arrives("claire")
    claire.signs_in()
    claire.goes_to("/dossiers/")
    expect(apply_buttons(claire)).to_have_count(0)
    claire.looks()

    claire.page.locator(".app-filters summary").click()
    claire.page.locator("main input[value=closed]").check()
    apply_buttons(claire).first.click()

    expect(claire.page.locator(".moj-filter__selected")).to_be_visible()
    expect(apply_buttons(claire)).to_have_count(2)
    claire.looks()


def test_filters_stand_open_without_scripts(arrives):
    claire = arrives("claire", java_script_enabled=False)
    claire.signs_in()
    claire.goes_to("/dossiers/")

    expect(apply_buttons(claire)).to_have_count(2)


def test_filters_stand_open_beside_the_list_on_a_wide_screen(arrives):
    claire = arrives("claire")
    claire.page.set_viewport_size({"width": 1280, "height": 800})
    claire.signs_in()
    claire.goes_to("/dossiers/")

    expect(apply_buttons(claire)).to_have_count(2)


def test_menu_says_that_the_unassigned_list_is_one_of_the_units(arrives):
    mireille = arrives("mireille")
    mireille.signs_in()
    mireille.goes_to("/")

    mireille.goes_to("/dossiers/cellule/sans-responsable/")

    current = mireille.page.locator("#navigation [aria-current]")
    expect(current).to_have_text([mireille.words("Unit’s cases")])
