"""One touch instead of six words: Chromium's own virtual security key makes, signs in with and unlocks by a passkey."""

import re

import pytest
from playwright.sync_api import expect

from cellule.accounts.models import Passkey

BOTH = pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])


@pytest.fixture
def arrives_with_a_key(arrives):
    """`arrives_with_a_key("claire", has_prf=True)`: a person in whose browser a security key answers every touch."""

    def arrived(name: str = "", *, has_prf: bool, **options):
        person = arrives(name)
        person.devtools = person.page.context.new_cdp_session(person.page)
        person.devtools.send("WebAuthn.enable")
        person.device = person.devtools.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "ctap2Version": "ctap2_1",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "hasPrf": has_prf,
                }
                | options
            },
        )["authenticatorId"]
        return person

    return arrived


def adds_a_passkey(person, name: str = "Clé du bureau") -> None:
    """Go through the account page, the passphrase again, and the page that makes it."""
    person.goes_to("/compte/")
    person.presses("Add a passkey")
    person.is_at("/compte/confirmer/")
    person.types(password=person.passphrase)
    person.presses("Continue")
    person.is_at("/compte/cles/nouvelle/")
    person.looks()
    person.presses("Make the passkey")
    person.looks()
    assert Passkey.objects.count() == 0
    person.types(name=name)
    person.presses("Make the passkey")
    person.is_at("/compte/")
    person.reads(name)
    person.looks()


@BOTH
def test_one_touch_signs_in_and_unlocks(arrives_with_a_key):
    claire = arrives_with_a_key("claire", has_prf=True)
    claire.signs_in()
    adds_a_passkey(claire)
    claire.reads(claire.words("Signs in and unlocks"))
    claire.signs_out()
    claire.looks()

    claire.presses("Sign in with a passkey")
    claire.reads_the_heading("My day")

    claire.goes_to("/compte/")
    claire.page.keyboard.press("Shift")
    claire.page.keyboard.press("Shift")
    claire.page.keyboard.press("Shift")
    claire.is_at("/verrou/")
    claire.looks()
    claire.presses("Unlock with a passkey")
    claire.is_at("/compte/")


@BOTH
def test_a_key_without_prf_says_who_and_the_passphrase_opens(arrives_with_a_key):
    claire = arrives_with_a_key("claire", has_prf=False)
    claire.signs_in()
    adds_a_passkey(claire)
    claire.reads(claire.words("Says who you are; the passphrase unlocks"))
    claire.signs_out()

    claire.presses("Sign in with a passkey")
    claire.is_at("/verrou/")
    expect(claire.button("Unlock with a passkey")).to_have_count(0)
    claire.looks()
    claire.unlocks()
    claire.reads_the_heading("My day")


@BOTH
def test_a_passkey_is_named_anew_and_removed(arrives_with_a_key):
    claire = arrives_with_a_key("claire", has_prf=True)
    claire.signs_in()
    adds_a_passkey(claire)
    claire.page.locator("main a[href^='/compte/cles/']", has_text=claire.words("Change")).click()
    claire.reads_the_heading("A passkey of mine")
    claire.looks()
    claire.types(name="Clé verte")
    claire.presses("Save")
    claire.reads("Clé verte")

    claire.page.locator("main a[href^='/compte/cles/']", has_text=claire.words("Change")).click()
    claire.presses("Remove the passkey")
    claire.is_at("/compte/")
    expect(claire.page.get_by_text("Clé verte")).to_have_count(0)
    claire.signs_out()
    claire.presses("Sign in with a passkey")
    expect(claire.page.locator(".govuk-error-summary")).to_be_focused()
    claire.looks()
    claire.gives_name_and_words("claire@cellule.example", claire.passphrase)
    claire.reads_the_heading("My day")


@BOTH
def test_a_touch_that_does_not_come_leaves_the_words(arrives_with_a_key):
    stranger = arrives_with_a_key(has_prf=True)
    stranger.goes_to("/connexion/")

    stranger.presses("Sign in with a passkey")

    told = stranger.page.locator("[data-passkey-told]")
    expect(told).to_have_text(stranger.words("No passkey was used. Try again, or type your passphrase."))
    stranger.looks()


def test_the_same_device_is_not_added_twice(arrives_with_a_key):
    claire = arrives_with_a_key("claire", has_prf=True)
    claire.signs_in()
    adds_a_passkey(claire)
    claire.presses("Add a passkey")
    claire.types(name="Encore")

    claire.presses("Make the passkey")

    told = claire.page.locator("[data-passkey-told]")
    expect(told).to_have_text(claire.words("This device has a passkey of yours already."))
    assert Passkey.objects.count() == 1


def test_the_value_is_in_the_form_that_is_sent_and_nowhere_in_the_page(arrives_with_a_key):
    claire = arrives_with_a_key("claire", has_prf=True)
    claire.signs_in()
    sent = []
    claire.page.on("request", lambda request: sent.append(request.post_data or ""))
    adds_a_passkey(claire)

    (body,) = [body for body in sent if "prf=" in body]
    value = re.search(r"prf=([\w-]{43})", body)[1]
    credential = re.search(r"credential=([^&]*)", body)[1]
    assert value not in credential
    assert claire.page.evaluate("(value) => document.documentElement.outerHTML.includes(value)", value) is False
    kept = "JSON.stringify({...localStorage, ...sessionStorage})"
    assert value not in claire.page.evaluate(kept)


@BOTH
def test_without_scripts_or_without_passkeys_nothing_is_offered(arrives):
    claire = arrives("claire", java_script_enabled=False)
    claire.goes_to("/connexion/")
    expect(claire.button("Sign in with a passkey")).to_have_count(0)
    claire.signs_in()
    claire.goes_to("/compte/cles/nouvelle/")
    claire.types(password=claire.passphrase)
    claire.presses("Continue")

    claire.reads(claire.words("This browser cannot make passkeys here. Your passphrase goes on working as before."))
    expect(claire.button("Make the passkey")).to_have_count(0)
    claire.looks()


def test_a_browser_that_knows_no_passkeys_offers_none(arrives):
    claire = arrives("claire")
    claire.page.add_init_script("delete window.PublicKeyCredential")
    claire.goes_to("/connexion/")

    expect(claire.page.locator("main form[data-passkey]")).to_be_hidden()
    claire.signs_in()
