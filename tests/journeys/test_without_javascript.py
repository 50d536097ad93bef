"""The main job again, in a browser whose scripts are switched off."""

import pytest
from playwright.sync_api import expect

UNKNOWN = {"kind": "unknown"}


@pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])
def test_without_javascript(arrives):
    claire = arrives("claire", java_script_enabled=False)
    claire.signs_in()
    code = claire.opens_an_inquiry(language="ara")
    claire.adds_an_incident(UNKNOWN, kind="confinement", borough="unknown", narrative="لم يكن لديّ مفتاح.")
    claire.adds_a_note("Rappeler lundi.")

    # The button locks the vault on the server; what another tab sends after that is kept.
    claire.presses("Lock")
    claire.reads_the_heading("Locked")
    claire.looks()
    claire.unlocks()
    claire.sees_the_case()
    claire.signs_out()
    claire.signs_in()
    claire.follows(code)

    expect(claire.events).to_have_count(2)
    expect(claire.events.first).to_contain_text("Rappeler lundi.")
    expect(claire.events.last).to_contain_text("لم يكن لديّ مفتاح.")
    claire.looks()


def test_wrong_answers_are_told_without_javascript(arrives):
    claire = arrives("claire", java_script_enabled=False)
    claire.signs_in()
    claire.opens_an_inquiry()
    claire.presses("Add an incident")
    claire.chooses(**{"happened-kind": "day"})
    claire.field("happened-on_day").fill("31")
    claire.field("happened-on_month").fill("2")
    claire.field("happened-on_year").fill("2026")
    claire.types(narrative="தமிழ்")
    claire.presses("Save the incident")

    expect(claire.page.locator(".govuk-error-summary li")).to_have_count(3)
    expect(claire.field("narrative")).to_have_value("தமிழ்")
    expect(claire.field("happened-on_day")).to_have_value("31")
    claire.looks()


def test_text_sent_over_an_idle_lock_is_kept_without_javascript(arrives, settings):
    claire = arrives("claire", java_script_enabled=False)
    claire.signs_in()
    claire.opens_an_inquiry()
    claire.presses("Add a note")
    claire.types(body="Ne pas laisser de message.")
    settings.IDLE_LOCK_SECONDS = 0
    claire.presses("Save the note")
    claire.is_at("/verrou/")

    settings.IDLE_LOCK_SECONDS = 300
    claire.unlocks()
    claire.reads_the_heading("Kept texts")
    claire.looks()
    claire.presses("Go on writing")
    expect(claire.field("body")).to_have_value("Ne pas laisser de message.")
    claire.presses("Save the note")

    claire.sees_the_case()
    expect(claire.events).to_have_count(1)
    claire.goes_to("/")
    expect(claire.button("Go on writing")).to_have_count(0)
