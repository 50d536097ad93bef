"""A session ends while somebody writes, in this tab or by another: the text waits for its author, with scripts or not."""

import re

import pytest
from playwright.sync_api import expect

from cellule.accounts.models import SignInSession
from tests.world import PEOPLE

TYPED = "Elle rappelle jeudi, après la classe."
KEPT = "Your session had ended. What you sent is kept, sealed: only you can open it, after signing in."


def writes_a_note(person) -> None:
    person.signs_in()
    person.opens_an_inquiry()
    person.presses("Add a note")
    person.is_at(f"{person.case_path}notes/nouvelle/")
    person.types(body=TYPED)


def goes_on_after_signing_in(person) -> None:
    """Be told that it is kept, sign in, find the text in its form, and save it."""
    person.is_at("/connexion/")
    person.reads(person.words(KEPT))
    person.looks()
    expect(person.page.get_by_text(TYPED)).to_have_count(0)
    person.gives_name_and_words(PEOPLE[person.name].email, person.passphrase)
    person.reads_the_heading("Kept texts")
    person.looks()
    person.presses("Go on writing")
    expect(person.field("body")).to_have_value(TYPED)
    person.presses("Save the note")
    person.sees_the_case()
    expect(person.events).to_have_count(1)


def opens_a_second_tab(person):
    """Open the first page in another tab, and stay in this one."""
    other = person.page.context.new_page()
    other.goto("/")
    return other


def signs_out_in(tab, person) -> None:
    tab.locator("header").get_by_role("button", name=person.words("Sign out"), exact=True).click()
    expect(tab).to_have_url(re.compile("/connexion/"))


@pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])
def test_form_sent_after_the_session_was_removed_waits_for_its_author(arrives):
    claire = arrives("claire")
    writes_a_note(claire)
    SignInSession.objects.all().delete()

    claire.presses("Save the note")

    goes_on_after_signing_in(claire)


def test_form_sent_without_scripts_after_signing_out_in_another_tab_waits_for_its_author(arrives):
    claire = arrives("claire", java_script_enabled=False)
    writes_a_note(claire)
    signs_out_in(opens_a_second_tab(claire), claire)

    claire.presses("Save the note")

    goes_on_after_signing_in(claire)


def test_signing_out_in_the_middle_of_a_note_keeps_it(arrives):
    claire = arrives("claire")
    writes_a_note(claire)

    claire.signs_out()

    goes_on_after_signing_in(claire)


def test_signing_out_in_another_tab_covers_this_one_and_keeps_what_is_typed(arrives):
    claire = arrives("claire")
    writes_a_note(claire)

    signs_out_in(opens_a_second_tab(claire), claire)

    # This tab hears of it at once: it arrives at the lock or at the sign-in page, whichever the server does first.
    expect(claire.page).to_have_url(re.compile("/(verrou|connexion)/"))
    claire.goes_to("/")
    claire.is_at("/connexion/")
    claire.gives_name_and_words(PEOPLE["claire"].email, claire.passphrase)
    claire.presses("Go on writing")
    expect(claire.field("body")).to_have_value(TYPED)


def test_tab_from_before_signing_in_again_keeps_what_was_typed(arrives):
    claire = arrives("claire", java_script_enabled=False)
    writes_a_note(claire)
    left = claire.page
    claire.page = opens_a_second_tab(claire)
    claire.signs_out()
    claire.signs_in()

    claire.page = left
    claire.presses("Save the note")

    claire.reads_the_heading("This page had become too old")
    claire.looks()
    claire.presses("Go to the kept texts")
    claire.presses("Go on writing")
    expect(claire.field("body")).to_have_value(TYPED)
