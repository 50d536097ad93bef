"""Passkeys through the pages: one touch signs in and unlocks."""

import pytest
from django.test import Client
from django.utils import timezone

from audit.log.models import Entry
from cellule.accounts import leaving
from cellule.accounts.models import Passkey
from cellule.vault.models import ParkedText, Slot
from tests.accounts.authenticator import SecurityKey
from tests.accounts.test_second_factor import confirm, set_up
from tests.accounts.touches import NEW, NOT_OPENED, SIGN_IN, UNLOCK, asked, by_words, make, offered, refusals, touch
from tests.people import said, signed_in
from tests.world import PEOPLE


@pytest.fixture
def client(db) -> Client:
    return signed_in("claire")


@pytest.fixture
def key(client) -> SecurityKey:
    """Claire's, with the PRF extension."""
    key = SecurityKey()
    assert make(client, key)["Location"] == "/compte/"
    return key


@pytest.fixture
def plain_key(client) -> SecurityKey:
    """Claire's, without it."""
    key = SecurityKey(has_prf=False)
    assert make(client, key)["Location"] == "/compte/"
    return key


# --- Signing in -------------------------------------------------------------------------------------


def test_one_touch_signs_in_and_opens_the_vault(key):
    client = Client()

    assert touch(client, key)["Location"] == "/"
    assert client.get("/compte/").status_code == 200
    assert Entry.objects.filter(action="accounts.signed_in").count() == 2
    assert Passkey.objects.get().used_on == timezone.localdate()


def test_the_passkey_of_somebody_who_was_removed_signs_nobody_in(client, key, supervisor):
    claire = Passkey.objects.get().user
    leaving.remove(claire, by=supervisor)

    touch(Client(), key)

    assert (Passkey.objects.exists(), Slot.objects.filter(holder=claire.pk).exists()) == (False, False)
    assert Entry.objects.filter(action="accounts.signed_in", actor_id=claire.pk).count() == 1


def test_signing_in_leads_where_the_person_was_going(key):
    assert touch(Client(), key, f"{SIGN_IN}?next=/compte/")["Location"] == "/compte/"
    assert touch(Client(), key, f"{SIGN_IN}?next=https://evil.example/")["Location"] == "/"


def test_a_passkey_without_prf_says_who_and_the_passphrase_opens(plain_key):
    client = Client()

    touch(client, plain_key)

    assert client.get("/compte/")["Location"] == "/verrou/?suite=%2Fcompte%2F"
    assert client.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase})["Location"] == "/"
    assert client.get("/compte/").status_code == 200
    assert Passkey.objects.get().slot is None


def test_a_browser_without_prf_leads_to_the_passphrase(key):
    client = Client()
    key.has_prf = False

    touch(client, key)

    assert client.get("/compte/")["Location"] == "/verrou/?suite=%2Fcompte%2F"


def test_another_value_opens_nothing(key):
    client = Client()
    key.prf_secret = bytes(32)

    touch(client, key)

    assert client.get("/compte/")["Location"] == "/verrou/?suite=%2Fcompte%2F"


def test_two_people_s_slots_swapped_open_neither(key, db):
    luc, other = signed_in("luc"), SecurityKey()
    make(luc, other, person="luc")
    first, second = Passkey.objects.filter(slot__isnull=False)
    Passkey.objects.filter(pk=first.pk).update(slot=second.slot)
    client = Client()

    touch(client, key if bytes(first.credential_id) == key.credential_id else other)

    assert client.get("/compte/")["Location"] == "/verrou/?suite=%2Fcompte%2F"


def test_a_passkey_is_a_second_factor_already(client, key, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    set_up(client)
    other = Client()

    assert touch(other, key)["Location"] == "/"
    assert other.get("/compte/").status_code == 200
    assert by_words()["Location"] == "/connexion/code/"


def test_where_a_second_factor_is_required_a_passkey_alone_does_not_replace_it(key, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client = Client()
    touch(client, key)

    assert client.get("/")["Location"] == "/compte/second-facteur/activer/"


def test_having_a_passkey_asks_nothing_more_of_the_passphrase(key):
    assert by_words()["Location"] == "/"


# --- The lock ---------------------------------------------------------------------------------------


def test_one_touch_unlocks(client, key):
    client.post("/verrou/")

    assert "data-passkey" in client.get("/verrou/").text
    assert touch(client, key, f"{UNLOCK}?suite=/compte/")["Location"] == "/compte/"
    assert client.get("/compte/").status_code == 200
    assert Entry.objects.filter(action="vault.unlocked").count() == 1


def test_only_passkeys_that_open_are_asked_for_at_the_lock(client, key):
    make(client, SecurityKey(has_prf=False))
    client.post("/verrou/")

    assert len(asked(client)["allowCredentials"]) == 1


def test_the_lock_page_offers_a_passkey_only_to_whoever_has_one_that_opens(client, plain_key):
    client.post("/verrou/")

    assert "data-passkey" not in client.get("/verrou/").text


def test_another_person_s_passkey_does_not_unlock(client, key):
    luc = signed_in("luc")
    luc.post("/verrou/")

    response = luc.post(UNLOCK, key.answers(asked(luc)))

    assert (response.status_code, refusals(response)) == (422, [said(NOT_OPENED)])
    assert luc.get("/compte/").status_code == 302
    assert Entry.objects.filter(action="vault.unlock_failed", outcome="failed").count() == 1


def test_a_touch_that_opens_nothing_leaves_it_locked(client, key):
    client.post("/verrou/")
    key.prf_secret = bytes(32)

    response = touch(client, key, UNLOCK)

    assert (response.status_code, refusals(response)) == (422, [said(NOT_OPENED)])
    assert client.get("/compte/").status_code == 302


def test_a_new_passkey_that_meets_the_lock_is_not_kept_with_its_value(client):
    confirm(client)
    sent = SecurityKey().makes(offered(client))
    client.post("/verrou/")

    client.post(NEW, sent)

    assert ParkedText.objects.count() == 0
