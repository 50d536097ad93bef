"""The main job again, by somebody who uses no mouse."""

import pytest
from playwright.sync_api import Locator, expect

# Radio buttons and check boxes are drawn by their labels; the focus colour is the one of every control.
_SHOWS_FOCUS = """(control) => {
    const yellow = "rgb(255, 221, 0)";
    const label = control.matches("input[type=radio], input[type=checkbox]") && control.nextElementSibling;
    const styles = [getComputedStyle(control), ...(label ? [getComputedStyle(label, "::before")] : [])];
    return styles.some((style) => [style.outlineColor, style.boxShadow, style.backgroundColor].join().includes(yellow));
}"""
_IS_UNCOVERED = """(control) => {
    const box = control.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return control === top || control.contains(top) || [...(control.labels ?? [])].some((label) => label.contains(top));
}"""


@pytest.mark.parametrize(("language", "width"), [("fr", 1280), ("en", 320)])
@pytest.mark.long
def test_keyboard_only(arrives, language):
    claire = arrives("claire")
    claire.goes_to("/connexion/")
    tab_to(claire, claire.field("login"))
    claire.page.keyboard.type("claire@cellule.example")
    tab_to(claire, claire.field("password"))
    claire.page.keyboard.type(claire.passphrase)
    claire.page.keyboard.press("Enter")
    claire.reads_the_heading("My day")

    tab_to(claire, claire.button("New inquiry"))
    claire.page.keyboard.press("Enter")
    claire.is_at("/dossiers/nouveau/")
    tab_to(claire, claire.field("channel").first)
    claire.page.keyboard.press("ArrowDown")
    expect(claire.field("channel").nth(1)).to_be_checked()
    tab_to(claire, claire.field("language"))
    claire.page.keyboard.type({"fr": "tamoul", "en": "Tamil"}[language])
    expect(claire.field("language")).to_have_value("tam")
    tab_to(claire, claire.field("interpreter").first)
    claire.page.keyboard.press("Space")
    expect(claire.field("interpreter").first).to_be_checked()
    tab_to(claire, claire.button("Open the case"))
    claire.page.keyboard.press("Space")
    claire.sees_the_code()

    tab_to(claire, claire.button("Add a note"))
    claire.page.keyboard.press("Enter")
    claire.is_at(f"{claire.case_path}notes/nouvelle/")
    tab_to(claire, claire.field("body"))
    claire.page.keyboard.type("Appeler le mardi.")
    tab_to(claire, claire.button("Save the note"))
    claire.page.keyboard.press("Enter")
    claire.sees_the_case()
    expect(claire.events.first).to_contain_text("Appeler le mardi.")


@pytest.mark.parametrize("width", [320, 1280])
def test_skip_link_leads_past_the_menu(arrives):
    claire = arrives("claire")
    claire.signs_in()
    claire.goes_to("/dossiers/")
    link = claire.page.locator(".govuk-skip-link")

    claire.page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    assert_seen(link)
    claire.page.keyboard.press("Enter")
    expect(claire.page.locator("main")).to_be_focused()
    claire.page.keyboard.press("Tab")

    assert claire.page.evaluate("() => document.activeElement.closest('main') !== null")


def test_wrong_answers_lead_to_their_fields_by_keyboard(arrives):
    claire = arrives("claire")
    claire.signs_in()
    claire.goes_to("/dossiers/nouveau/")
    tab_to(claire, claire.button("Open the case"))
    claire.page.keyboard.press("Enter")

    expect(claire.page.locator(".govuk-error-summary")).to_be_focused()
    claire.page.keyboard.press("Tab")
    claire.page.keyboard.press("Enter")

    expect(claire.field("channel").first).to_be_focused()
    assert_seen(claire.field("channel").first)


def tab_to(person, control: Locator) -> None:
    """Press Tab until the control has the focus, as far as a page is long."""
    expect(control).to_be_visible()
    for _ in range(60):
        if control.evaluate("control => control === document.activeElement"):
            return assert_seen(control)
        person.page.keyboard.press("Tab")
        # Whatever holds the focus on the way must show it, too.
        here = person.page.locator("*:focus")
        if here.count():
            assert_seen(here)
    raise AssertionError(f"{control} is not reached by Tab")


def assert_seen(control: Locator) -> None:
    """Fail unless the focus is drawn, inside the window, and beneath nothing."""
    expect(control).to_be_in_viewport()
    assert control.evaluate(_SHOWS_FOCUS), f"{control.evaluate('one => one.outerHTML')} does not show its focus"
    assert control.evaluate(_IS_UNCOVERED), f"{control.evaluate('one => one.outerHTML')} is covered"
