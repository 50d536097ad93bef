"""How somebody comes in: invited on paper, keys from six words, let in by five, and a second factor of their own."""

import base64
import hmac
import time
from itertools import pairwise

import pytest
from playwright.sync_api import expect

NAME, EMAIL = "Nadia Fictive-Nguyễn", "nadia@cellule.example"


@pytest.mark.long
@pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])
def test_enrolment(arrives, settings, live_server, language):
    settings.SITE_ADDRESS = live_server.url
    link = luc_invites(arrives("luc"), language)
    nadia = arrives()
    passphrase = enrols(nadia, link)
    five = reads_five_words(nadia, passphrase)
    mireille_lets_in(arrives("mireille"), five)

    nadia.presses("Open again")
    nadia.reads_the_heading("My day")
    secret = sets_up_a_second_factor(nadia, passphrase)
    nadia.signs_out()

    signs_in_with_both_factors(nadia, passphrase, secret)
    assert nadia.goes_to(link).status == 404
    nadia.reads_the_heading("This link does not work")
    nadia.looks()


def luc_invites(luc, language: str) -> str:
    """Gives the link, from the page that is to be printed."""
    luc.signs_in()
    luc.presses("Invite a person")
    luc.is_at("/administration/invitations/nouvelle/")
    luc.types(name=NAME, email=EMAIL)
    luc.chooses(role="caseworker", language=language, sent="print")
    luc.looks()
    luc.presses("Invite")
    luc.reads(NAME)
    luc.looks()
    return luc.page.locator("main .app-code").inner_text()


def enrols(nadia, link: str) -> str:
    """Write down the six words and type them back; gives them."""
    nadia.goes_to(link)
    nadia.reads(NAME)
    nadia.looks()
    words = nadia.page.locator(".app-words li").all_inner_texts()
    nadia.presses("I have written them down")
    nadia.reads_the_heading("Type your passphrase from your paper")
    is_shown_nothing_of(nadia, words)
    nadia.types(typed=" ".join(reversed(words)))
    nadia.presses("Make my keys")
    expect(nadia.page.locator(".govuk-error-summary")).to_be_focused()
    nadia.looks()
    nadia.types(typed=" ".join(words).upper())
    nadia.presses("Make my keys")
    nadia.reads_the_heading("Your keys are made")
    nadia.looks()
    assert len(words) == 6
    return " ".join(words)


def reads_five_words(nadia, passphrase: str) -> str:
    nadia.presses("Sign in")
    nadia.gives_name_and_words(EMAIL, passphrase)
    nadia.reads_the_heading("Read these five words out")
    nadia.looks()
    words = nadia.page.locator(".app-words li").all_inner_texts()
    nadia.goes_to("/dossiers/")
    nadia.is_at("/attente/")
    assert len(words) == 5
    return " ".join(words)


def is_shown_nothing_of(person, words: list[str]) -> None:
    """Fail if two words that follow each other stand on the page; a single one may be there by chance."""
    shown = " ".join(person.page.locator("main").inner_text().split()).casefold()
    assert [pair for pair in map(" ".join, pairwise(words)) if pair in shown] == []


def mireille_lets_in(mireille, five: str) -> None:
    mireille.signs_in()
    mireille.goes_to("/equipe/")
    mireille.looks()
    mireille.page.locator("main tbody a[href$='/admettre/']").click()
    mireille.reads(NAME)
    is_shown_nothing_of(mireille, five.split())
    mireille.types(typed=" ".join(reversed(five.split())))
    mireille.presses("Let in")
    expect(mireille.page.locator(".govuk-error-summary")).to_be_focused()
    mireille.looks()
    mireille.types(typed=five.upper())
    mireille.presses("Let in")
    mireille.is_at("/equipe/")
    expect(mireille.page.locator("main tbody a[href$='/admettre/']")).to_have_count(0)
    mireille.reads(NAME)


def sets_up_a_second_factor(nadia, passphrase: str) -> str:
    """Gives the key that the telephone keeps."""
    nadia.goes_to("/compte/")
    nadia.looks()
    nadia.page.locator("main a[href='/compte/second-facteur/activer/']").click()
    nadia.reads_the_heading("Your passphrase again")
    nadia.looks()
    nadia.types(password=passphrase)
    nadia.presses("Continue")
    nadia.reads_the_heading("Set up the second factor")
    nadia.looks()
    picture = nadia.page.locator(".app-square-code")
    assert picture.evaluate("picture => picture.complete && picture.naturalWidth > 0")
    secret = nadia.page.locator("main .app-code").inner_text()
    nadia.types(code="000000")
    nadia.presses("Turn it on")
    expect(nadia.page.locator(".govuk-error-summary")).to_be_focused()
    assert nadia.page.locator("main .app-code").inner_text() == secret
    nadia.types(code=code_of(secret))
    nadia.presses("Turn it on")
    nadia.reads_the_heading("Recovery codes")
    expect(nadia.page.locator(".app-words li")).to_have_count(10)
    nadia.looks()
    return secret


def signs_in_with_both_factors(nadia, passphrase: str, secret: str) -> None:
    nadia.gives_name_and_words(EMAIL, passphrase)
    nadia.reads_the_heading("Your code")
    nadia.looks()
    # Half signed in is not signed in.
    nadia.goes_to("/dossiers/")
    nadia.is_at("/connexion/code/")
    nadia.types(code="000000")
    nadia.presses("Sign in")
    expect(nadia.page.locator(".govuk-error-summary")).to_be_focused()
    nadia.types(code=code_of(secret))
    nadia.presses("Sign in")
    nadia.reads_the_heading("My day")


def code_of(secret: str) -> str:
    """The six digits that an application shows now (RFC 6238: SHA-1, 30 seconds)."""
    # A code about to change could be refused by the time it arrives.
    if (left := 30 - time.time() % 30) < 4:
        time.sleep(left)
    key = base64.b32decode(secret.replace(" ", ""))
    digest = hmac.digest(key, int(time.time() // 30).to_bytes(8), "sha1")
    place = digest[-1] & 15
    return f"{int.from_bytes(digest[place : place + 4]) % 2**31 % 10**6:06}"
