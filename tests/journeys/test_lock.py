"""Somebody leaves the screen: the page locks, nothing typed is lost, and nothing is left to be seen."""

import re

import pytest
from playwright.sync_api import expect

TYPED = "Elle rappelle jeudi; parler tamoul. தமிழ்"


@pytest.fixture
def claire(arrives):
    """Claire, signed in, on the page of a new case."""
    claire = arrives("claire")
    claire.signs_in()
    claire.opens_an_inquiry()
    return claire


def starts_a_note(person, text: str = TYPED) -> None:
    person.presses("Add a note")
    person.is_at(f"{person.case_path}notes/nouvelle/")
    person.types(body=text)


def finds_the_kept_text(person) -> None:
    """Unlock, go on writing where the lock came, and save."""
    expect(person.page.get_by_text(TYPED)).to_have_count(0)
    person.unlocks()
    person.reads_the_heading("Kept texts")
    person.presses("Go on writing")
    expect(person.field("body")).to_have_value(TYPED)
    person.presses("Save the note")
    person.sees_the_case()
    expect(person.events).to_have_count(1)


@pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])
def test_lock_button_keeps_what_was_typed(claire):
    starts_a_note(claire)

    claire.presses("Lock")
    claire.is_at("/verrou/")
    claire.looks()

    finds_the_kept_text(claire)


def test_shift_three_times_locks(claire):
    starts_a_note(claire)

    for _ in range(3):
        claire.page.keyboard.press("Shift")

    finds_the_kept_text(claire)


def test_capital_letters_do_not_lock(claire):
    starts_a_note(claire, "")

    claire.field("body").press_sequentially("ABC")
    for key in "ABC":
        claire.page.keyboard.press(f"Shift+{key}")

    expect(claire.field("body")).to_have_value("ABCABC")
    expect(claire.page.locator("[data-lock-cover]")).to_be_hidden()


@pytest.mark.parametrize(("language", "width"), [("fr", 1280), ("en", 320)])
def test_idle_page_warns_then_locks(claire):
    claire.page.clock.install()
    starts_a_note(claire)
    warning = claire.page.get_by_role("dialog")
    claire.page.clock.fast_forward("03:55")
    expect(warning).to_be_hidden()
    claire.page.clock.fast_forward("00:10")
    expect(warning).to_be_visible()
    claire.looks()
    claire.presses("Go on working")
    expect(warning).to_be_hidden()
    expect(claire.field("body")).to_have_value(TYPED)

    claire.page.clock.fast_forward("04:05")
    expect(warning).to_be_visible()
    claire.page.clock.fast_forward("01:00")
    claire.is_at("/verrou/")

    finds_the_kept_text(claire)


def test_other_tabs_lock_too(claire):
    other = claire.page.context.new_page()
    other.goto("/")

    claire.presses("Lock")

    claire.is_at("/verrou/")
    expect(other).to_have_url(re.compile("/verrou/"))
    other.goto(claire.page.url.partition("/verrou")[0] + "/dossiers/")
    expect(other).to_have_url(re.compile(r"/verrou/\?suite=%2Fdossiers%2F$"))


def test_wrong_words_do_not_unlock(claire):
    claire.presses("Lock")
    claire.is_at("/verrou/")
    claire.types(password="abaisser abandon abdiquer abeille abolir aborder")
    claire.presses("Unlock")

    expect(claire.page.locator(".govuk-error-summary")).to_be_focused()
    claire.reads_the_heading("Locked")
    claire.looks()
    claire.types(password=claire.passphrase)
    claire.presses("Unlock")
    claire.sees_the_code()


def test_back_after_sign_out_shows_nothing(claire):
    leaves_and_goes_back(claire)


@pytest.mark.parametrize(
    "browser_type_launch_args",
    [pytest.param({"ignore_default_args": ["--disable-back-forward-cache"]}, id="back-forward-cache")],
    indirect=True,
)
def test_back_after_sign_out_shows_nothing_kept_in_memory(claire):
    claire.goes_to("/dossiers/")
    claire.page.go_back()
    # This browser does keep pages, and says why it did not keep ours.
    reasons = claire.page.evaluate("() => performance.getEntriesByType('navigation')[0].notRestoredReasons.reasons")
    assert "response-cache-control-no-store" in [reason["reason"] for reason in reasons]

    leaves_and_goes_back(claire)


def leaves_and_goes_back(person) -> None:
    """Write a note, read it, sign out, and press Back until the beginning."""
    person.adds_a_note(TYPED)
    person.goes_to("/")
    person.goes_to("/dossiers/")
    person.signs_out()
    for _ in range(4):
        person.page.go_back()
        expect(person.page.locator("main")).to_be_visible()
        assert TYPED not in person.page.content()
        person.is_at("/connexion/")
