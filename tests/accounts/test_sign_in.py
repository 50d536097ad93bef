"""Signing in and out: one answer for everything wrong, and an open vault for what is right."""

import re

import pytest
from django.conf import settings
from django.test import Client

from audit.log.models import Entry
from cellule.accounts.adapter import AccountAdapter
from cellule.accounts.models import SignInSession, User
from cellule.vault.models import VaultSession
from tests.people import said, signed_in
from tests.world import PEOPLE

CLAIRE = "claire@cellule.example"


def _try(email, passphrase):
    return Client().post("/connexion/", {"login": email, "password": passphrase})


def _told(response):
    return [str(error) for errors in response.context["form"].errors.values() for error in errors]


def test_the_right_passphrase_opens_session_and_vault(db):
    client = signed_in("claire")

    session = SignInSession.objects.get()
    assert client.get("/compte/").status_code == 200
    assert VaultSession.objects.get().sign_in == session.key_hash
    assert Entry.objects.filter(action="accounts.signed_in").count() == 1


def test_cookies_are_not_for_scripts(db):
    cookies = signed_in("claire").cookies

    assert {name for name, cookie in cookies.items() if not cookie["httponly"]} == set()
    assert {cookie["samesite"] for cookie in cookies.values()} == {"Lax"}
    assert settings.VAULT_COOKIE_NAME in cookies


@pytest.mark.parametrize(
    ("email", "active"),
    [(CLAIRE, True), ("nobody@cellule.example", True), (CLAIRE, False), ("luc@cellule.example", True)],
)
def test_everything_wrong_gets_the_same_answer(db, email, active):
    User.objects.filter(email=email).update(is_active=active)

    response = _try(email, "six mots qui ne vont pas")

    assert response.status_code == 200
    sentence = said(AccountAdapter.error_messages["email_password_mismatch"])
    assert response.context["form"].errors == {"password": [sentence]}
    assert SignInSession.objects.filter(user__isnull=False).count() == 0


def test_an_inactive_person_does_not_get_in_with_the_right_passphrase(db):
    User.objects.filter(email=CLAIRE).update(is_active=False)

    response = _try(CLAIRE, PEOPLE["claire"].passphrase)

    assert response.status_code == 200
    assert VaultSession.objects.count() == 0


def test_deactivation_counts_at_the_next_request(db):
    client = signed_in("claire")
    User.objects.filter(email=CLAIRE).update(is_active=False)

    assert client.get("/compte/").headers["Location"].startswith("/connexion/")


def test_what_was_typed_as_e_mail_comes_back_and_the_passphrase_does_not(db):
    response = _try(CLAIRE, "MARQUE-PHRASE")

    page = response.content.decode()
    assert f'value="{CLAIRE}"' in page
    assert "MARQUE-PHRASE" not in page


def test_what_is_wrong_stands_on_top_and_beside_the_passphrase(db):
    page = _try(CLAIRE, "faux").text

    assert re.findall(r'<li><a href="#(\w+)">', page) == ["id_password"]
    assert re.findall(r'id="(\w+_error)"', page) == ["id_password_error"]
    assert "id_password_error" in re.search(r'name="password"[^>]*aria-describedby="([^"]*)"', page)[1].split()


@pytest.mark.parametrize(
    ("email", "passphrase", "wrong"),
    [("", "", ["login", "password"]), ("", "six mots", ["login"]), (CLAIRE, "", ["password"])],
)
def test_what_is_left_empty_is_asked_for_in_the_words_of_the_house(db, email, passphrase, wrong):
    response = _try(email, passphrase)

    asked = {"login": said("Work e-mail"), "password": said("Passphrase")}
    assert response.context["form"].errors == {
        name: [said("Fill in: {label}").format(label=asked[name])] for name in wrong
    }
    assert Entry.objects.filter(action="accounts.sign_in_failed").count() == 0


def test_each_failure_is_in_the_log_without_the_words(db):
    _try(CLAIRE, "MARQUE-PHRASE")
    _try("inconnue@cellule.example", "MARQUE-PHRASE")

    known, unknown = Entry.objects.filter(action="accounts.sign_in_failed").order_by("id")
    assert known.reference == str(User.objects.get(email=CLAIRE).pk)
    assert unknown.reference == ""
    assert b"inconnue" not in bytes(unknown.body)
    assert b"MARQUE" not in bytes(known.body) + bytes(unknown.body)


def test_guessing_waits_longer_and_longer_and_never_for_ever(db, time_machine):
    time_machine.move_to("2026-11-22T12:00:00Z", tick=False)
    for _ in range(4):
        _try(CLAIRE, "faux")

    waits = []
    for _ in range(4):
        response = _try(CLAIRE, PEOPLE["claire"].passphrase)
        waits.append(_told(response)[0])
        time_machine.shift(int("".join(filter(str.isdigit, waits[-1]))))
        _try(CLAIRE, "faux")

    assert [int("".join(filter(str.isdigit, wait))) for wait in waits] == [1, 2, 4, 8]
    time_machine.shift(16)
    assert signed_in("claire").get("/compte/").status_code == 200


def test_an_attacker_elsewhere_does_not_keep_a_person_out(db):
    """A thousand failures from many networks: the person waits a few seconds at the most."""
    for number in range(60):
        Client(REMOTE_ADDR=f"10.{number}.0.1").post("/connexion/", {"login": CLAIRE, "password": "faux"})

    response = _try(CLAIRE, PEOPLE["claire"].passphrase)
    seconds = int("".join(filter(str.isdigit, _told(response)[0]))) if response.status_code == 200 else 0

    assert seconds <= 5


def test_signing_out_ends_session_and_key(db):
    client = signed_in("claire")

    response = client.post("/deconnexion/")

    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert SignInSession.objects.filter(user__isnull=False).count() == 0
    assert VaultSession.objects.count() == 0
    assert client.get("/compte/").headers["Location"].startswith("/connexion/")
    assert Entry.objects.filter(action="accounts.signed_out").count() == 1


def test_a_get_signs_nobody_out(db):
    client = signed_in("claire")

    assert client.get("/deconnexion/").status_code == 405
    assert client.get("/compte/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/inscription/", "/accounts/signup/", "/password/reset/", "/connexion/code-courriel/"]
)
def test_there_is_no_sign_up_and_no_reset(db, path):
    assert signed_in("claire").get(path).status_code == 404


def test_the_session_row_is_sealed_and_its_key_hashed(db):
    client = signed_in("claire")
    row = SignInSession.objects.get()

    assert client.cookies[settings.SESSION_COOKIE_NAME].value not in row.key_hash
    assert str(row.user_id).encode() not in bytes(row.content)
    assert CLAIRE.encode() not in bytes(row.content)


def test_a_session_row_moved_under_another_key_is_nothing(db):
    mine, other = signed_in("claire"), signed_in("mireille")
    content = SignInSession.objects.get(user__email="mireille@cellule.example").content
    SignInSession.objects.filter(user__email=CLAIRE).update(content=content)

    assert mine.get("/compte/").headers["Location"].startswith("/connexion/")
    assert other.get("/compte/").status_code == 200


def test_another_persons_vault_cookie_opens_nothing(db):
    claire, mireille = signed_in("claire"), signed_in("mireille")
    claire.cookies[settings.VAULT_COOKIE_NAME] = mireille.cookies[settings.VAULT_COOKIE_NAME].value

    assert claire.get("/compte/").headers["Location"] == "/verrou/?suite=%2Fcompte%2F"
