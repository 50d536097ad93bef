"""The lock: on demand, when idle, after a restart; nothing typed is lost."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from audit.log.models import Entry
from cellule.accounts.adapter import AccountAdapter
from cellule.vault import boot
from cellule.vault.models import ParkedText, VaultSession
from tests.people import said, signed_in
from tests.world import PEOPLE

FORM = "/administration/organisations/nouvelle/"


@pytest.fixture
def client(db) -> Client:
    return signed_in("luc")


def _unlock(client, passphrase=None, suite="/compte/"):
    address = f"/verrou/ouvrir/?{urlencode({'suite': suite})}"
    return client.post(address, {"password": passphrase or PEOPLE["luc"].passphrase})


def test_the_button_locks_on_the_server(client):
    response = client.post("/verrou/", {"suite": "/compte/"})

    assert response.headers["Location"] == "/verrou/?suite=%2Fcompte%2F"
    assert VaultSession.objects.count() == 0
    assert client.get("/compte/").headers["Location"] == "/verrou/?suite=%2Fcompte%2F"
    assert Entry.objects.filter(action="vault.locked").count() == 1


def test_unlocking_goes_back_to_the_same_page(client):
    client.post("/verrou/", {"suite": "/compte/"})

    assert _unlock(client).headers["Location"] == "/compte/"
    assert client.get("/compte/").status_code == 200
    assert Entry.objects.filter(action="vault.unlocked").count() == 1


def test_a_wrong_passphrase_leaves_it_locked(client):
    client.post("/verrou/")

    response = _unlock(client, "faux")

    assert response.status_code == 422
    assert response.context["form"].errors["password"] == [said(AccountAdapter.error_messages["incorrect_password"])]
    assert client.get("/compte/").status_code == 302
    assert Entry.objects.filter(action="vault.unlock_failed", outcome="failed").count() == 1


def test_no_passphrase_is_asked_for(client):
    client.post("/verrou/")

    response = client.post("/verrou/ouvrir/", {"password": ""})

    sentence = said("Fill in: {label}").format(label=said("Passphrase"))
    assert (response.status_code, response.context["form"].errors) == (422, {"password": [sentence]})


def test_page_of_a_wrong_passphrase_can_be_loaded_again_and_still_knows_the_way_back(client):
    client.post("/verrou/", {"suite": "/compte/?repris=x&y"})
    refused = _unlock(client, "faux", suite="/compte/?repris=x&y")

    again = client.get(f"{refused.request['PATH_INFO']}?{refused.request['QUERY_STRING']}")

    assert again.headers["Location"] == "/verrou/?suite=%2Fcompte%2F%3Frepris%3Dx%26y"
    address = re.search(r'action="(/verrou/ouvrir/[^"]*)"', client.get(again.headers["Location"]).text)[1]
    assert client.post(address, {"password": PEOPLE["luc"].passphrase})["Location"] == "/compte/?repris=x&y"


def test_unlocking_by_address_when_nothing_is_locked_goes_on(client):
    response = client.get("/verrou/ouvrir/?suite=%2Fcompte%2F", follow=True)

    assert [address for address, _status in response.redirect_chain] == ["/verrou/?suite=%2Fcompte%2F", "/compte/"]


def test_another_persons_passphrase_does_not_unlock(client):
    client.post("/verrou/")

    assert _unlock(client, PEOPLE["claire"].passphrase).status_code == 422


@pytest.mark.parametrize(
    "suite",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/deconnexion/", "\\\\evil", "/inconnu/x"],
)
def test_unlocking_leads_nowhere_else(client, suite):
    client.post("/verrou/")

    assert _unlock(client, suite=suite).headers["Location"] == "/"


def test_question_in_an_address_outlives_the_lock(client):
    client.post("/verrou/")
    address = client.get("/compte/?suite=accueil&page=2")["Location"]

    assert address == "/verrou/?suite=%2Fcompte%2F%3Fsuite%3Daccueil%26page%3D2"
    assert _unlock(client, suite="/compte/?suite=accueil&page=2")["Location"] == "/compte/?suite=accueil&page=2"


def test_kept_text_still_leads_where_its_form_would_have_led(client):
    client.post("/verrou/")
    client.post(f"{FORM}?suite=accueil&autre=1", {"name": "Garde", "legal_regime": "P-39.1"})
    _unlock(client)
    kept = ParkedText.objects.get()
    again = f"{FORM}?suite=accueil&repris={kept.pk}"

    assert kept.path == f"{FORM}?suite=accueil"
    assert again.replace("&", "&amp;") in client.get("/textes-gardes/").text
    assert 'value="Garde"' in client.get(again).text


def test_five_idle_minutes_lock(client, time_machine):
    time_machine.move_to(timezone.now() + timedelta(minutes=5, seconds=1))

    assert client.get("/compte/").headers["Location"] == "/verrou/?suite=%2Fcompte%2F"


def test_a_restart_locks(client, monkeypatch):
    monkeypatch.setattr(boot, "SECRET", b"\x01" * 32)
    monkeypatch.setattr(boot, "BOOT", b"\x02" * 16)

    assert client.get("/compte/").status_code == 302


def test_what_was_typed_over_the_lock_comes_back(client):
    """The whole way: type, lock, post, unlock, go on, save; then nothing is kept any more."""
    client.post("/verrou/")
    client.post(FORM, {"name": "MARQUE-GARDÉE", "legal_regime": "P-39.1"})
    assert "MARQUE-GARDÉE".encode() not in bytes(ParkedText.objects.get().sealed)

    assert _unlock(client).headers["Location"] == "/textes-gardes/"
    assert client.get("/textes-gardes/").status_code == 200
    again = f"{FORM}?repris={ParkedText.objects.get().pk}"
    assert "MARQUE-GARDÉE" in client.get(again).content.decode()

    assert client.post(again, {"name": "MARQUE-GARDÉE", "legal_regime": "P-39.1"}).status_code == 302
    assert ParkedText.objects.count() == 0


def test_a_form_that_is_refused_keeps_the_text(client):
    client.post("/verrou/")
    client.post(FORM, {"name": "Garde", "legal_regime": "P-39.1"})
    _unlock(client)

    again = f"{FORM}?repris={ParkedText.objects.get().pk}"
    assert client.post(again, {"name": "", "legal_regime": "P-39.1"}).status_code == 422
    assert ParkedText.objects.count() == 1


def test_a_kept_text_can_be_thrown_away(client):
    client.post("/verrou/")
    client.post(FORM, {"name": "Garde"})
    _unlock(client)

    response = client.post(f"/textes-gardes/{ParkedText.objects.get().pk}/jeter/")

    assert response.headers["Location"] == "/"
    assert ParkedText.objects.count() == 0


def test_another_person_finds_no_kept_text(client):
    client.post("/verrou/")
    client.post(FORM, {"name": "MARQUE-GARDÉE"})
    kept = ParkedText.objects.get()
    claire = signed_in("claire")

    assert "MARQUE" not in claire.get(f"/compte/?repris={kept.pk}").content.decode()
    claire.post(f"/textes-gardes/{kept.pk}/jeter/")
    assert ParkedText.objects.count() == 1


def test_the_passphrase_is_never_kept(client):
    client.post("/verrou/")
    client.post("/compte/confirmer/", {"password": "MARQUE-PHRASE"})

    assert ParkedText.objects.count() == 0


def test_an_empty_form_is_not_kept(client):
    client.post("/verrou/")
    client.post(FORM, {"name": "  ", "legal_regime": ""})

    assert ParkedText.objects.count() == 0
