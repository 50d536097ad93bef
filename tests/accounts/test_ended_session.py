"""Text that comes after its session has ended: sealed to who wrote it, whoever sits there now, and to nobody else."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from cellule.accounts import keeping
from cellule.accounts.models import SignInSession, User
from cellule.vault.models import ParkedText
from tests.people import said
from tests.world import PEOPLE

FORM = "/administration/organisations/nouvelle/"
TYPED = {"name": "MARQUE-GARDÉE", "legal_regime": "P-39.1"}
KEPT = "Your session had ended. What you sent is kept, sealed: only you can open it, after signing in."


@pytest.fixture
def desk(db) -> Client:
    """A browser that checks the token of every form, as a real one must."""
    return Client(enforce_csrf_checks=True)


def token_on(desk: Client, path: str) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', desk.get(path).text)[1]


def sign_in(desk: Client, name: str):
    person = PEOPLE[name]
    typed = {"login": person.email, "password": person.passphrase}
    return desk.post("/connexion/", typed | {"csrfmiddlewaretoken": token_on(desk, "/connexion/")})


def sign_out(desk: Client, token: str) -> None:
    assert desk.post("/deconnexion/", {"csrfmiddlewaretoken": token})["Location"] == "/connexion/"


@pytest.fixture
def token(desk) -> str:
    """The token on a form that Luc, signed in, has before him."""
    sign_in(desk, "luc")
    return token_on(desk, FORM)


def post(desk: Client, token: str, **extra):
    return desk.post(FORM, TYPED | {"csrfmiddlewaretoken": token}, **extra)


def holders() -> list:
    return [kept.holder for kept in ParkedText.objects.all()]


def number_of(name: str):
    return User.objects.get(email=PEOPLE[name].email).pk


def test_text_sent_after_signing_out_elsewhere_comes_back_to_its_author(desk, token):
    """The whole way: type, sign out in another tab, send, sign in, go on, save."""
    sign_out(desk, token)

    refused = post(desk, token, headers={"referer": f"http://testserver{FORM}"})
    assert refused["Location"] == "/connexion/?garde=oui&next=/administration/organisations/nouvelle/"
    assert said(KEPT) in desk.get(refused["Location"]).text
    assert "MARQUE-GARDÉE".encode() not in bytes(ParkedText.objects.get().sealed)

    assert sign_in(desk, "luc")["Location"] == "/textes-gardes/"
    again = f"{FORM}?repris={ParkedText.objects.get().pk}"
    assert again in desk.get("/textes-gardes/").text
    assert "MARQUE-GARDÉE" in desk.get(again).text
    saved = desk.post(again, TYPED | {"csrfmiddlewaretoken": token_on(desk, again)})
    assert (saved.status_code, ParkedText.objects.count()) == (302, 0)


def test_text_sent_after_the_session_was_removed_is_kept(desk, token):
    SignInSession.objects.all().delete()

    post(desk, token)

    assert holders() == [number_of("luc")]


def test_text_of_a_page_from_before_signing_in_again_is_kept_and_not_acted_upon(desk, token):
    sign_out(desk, token)
    sign_in(desk, "luc")

    refused = post(desk, token)

    assert refused.status_code == 403
    assert f'href="{reverse("accounts:kept")}"' in refused.text
    assert holders() == [number_of("luc")]


def test_text_left_in_a_tab_is_its_authors_even_when_somebody_else_has_signed_in(desk, token):
    sign_out(desk, token)
    sign_in(desk, "claire")

    refused = post(desk, token)

    assert refused.status_code == 403
    assert (
        said("Nothing was saved. What was typed is kept, sealed: the person who wrote it finds it after signing in.")
        in refused.text
    )
    assert holders() == [number_of("luc")]
    assert "MARQUE" not in desk.get("/textes-gardes/").text


def test_form_without_a_token_of_ours_is_not_kept(desk, token):
    sign_out(desk, token)

    refused = post(desk, "a" * 64)

    assert (refused.status_code, holders()) == (403, [])


@pytest.mark.parametrize("forged", ["", "é", "short", "a" * 31 + "!" + "b" * 32])
def test_malformed_token_is_refused_like_any_other(desk, token, forged):
    sign_out(desk, token)

    assert (post(desk, forged).status_code, holders()) == (403, [])


def test_mark_that_somebody_changed_says_nothing(desk, token):
    sign_out(desk, token)
    desk.cookies["auteur"] = desk.cookies["auteur"].value[:-1]

    assert "garde" not in post(desk, token)["Location"]
    assert holders() == []


def test_nothing_is_kept_for_somebody_who_left(desk, token):
    User.objects.filter(pk=number_of("luc")).update(is_active=False)

    assert "garde" not in post(desk, token)["Location"]
    assert holders() == []


def test_passphrase_and_codes_are_never_kept(desk, token):
    sign_out(desk, token)

    desk.post(FORM, dict.fromkeys(["password", "typed", "token", "code"], "MARQUE") | {"csrfmiddlewaretoken": token})
    desk.post("/connexion/", {"login": "MARQUE", "csrfmiddlewaretoken": "a" * 64})

    assert holders() == []


def test_shelf_of_an_absent_person_is_not_filled_without_end(desk, token, monkeypatch):
    monkeypatch.setattr(keeping, "_MOST_KEPT", 2)
    sign_out(desk, token)

    for _ in range(3):
        post(desk, token)

    assert holders() == [number_of("luc")] * 2


def test_several_people_at_one_desk_are_remembered(desk, token):
    sign_out(desk, token)
    for name in ("luc", "claire", "ana"):
        sign_in(desk, name)
        sign_out(desk, token_on(desk, "/aide/"))

    post(desk, token)

    assert holders() == [number_of("luc")]


def test_sign_in_leads_back_to_the_page_of_a_button_and_not_to_the_button(desk, token):
    sign_out(desk, token)

    refused = desk.post(
        "/compte/sessions/fermer/",
        {"csrfmiddlewaretoken": token},
        headers={"referer": "http://testserver/compte/?a=b"},
    )

    assert refused["Location"] == "/connexion/?next=/compte/%3Fa%3Db"


def test_page_elsewhere_is_no_way_back(desk, token):
    sign_out(desk, token)

    assert "evil" not in post(desk, token, headers={"referer": "http://evil.example/x"})["Location"]


def test_buttons_of_the_page_frame_leave_nothing_behind(desk, token):
    sign_out(desk, token)

    locked = desk.post("/verrou/", {"csrfmiddlewaretoken": token, "suite": "/compte/"})

    assert (locked["Location"], holders()) == ("/connexion/?next=/verrou/", [])
