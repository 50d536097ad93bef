"""The second factor: set up and used through the pages, with codes computed here as a telephone does (RFC 6238)."""

import base64
import hashlib
import hmac
import re
import struct
import threading
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit.log.models import Entry
from cellule.accounts.models import SignInSession, UsedCode
from cellule.vault.models import VaultSession
from tests.people import signed_in
from tests.world import PEOPLE

PERIOD = 30


def code_of(secret: str) -> str:
    """What a telephone shows now for a key."""
    counter = struct.pack(">Q", int(time.time()) // PERIOD)
    digest = hmac.digest(base64.b32decode(secret), counter, hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def confirm(client: Client, name: str = "claire"):
    """Give the passphrase again, as the delicate pages ask for it."""
    return client.post("/compte/confirmer/?next=/compte/", {"password": PEOPLE[name].passphrase})


def set_up(client: Client, name: str = "claire") -> str:
    """Turn the second factor on through the pages; gives the key that the telephone keeps."""
    confirm(client, name)
    secret = client.get("/compte/second-facteur/activer/").context["form"].secret
    done = client.post("/compte/second-facteur/activer/", {"code": code_of(secret)})
    assert done["Location"] == "/compte/second-facteur/codes/"
    return secret


def give_passphrase(name: str = "claire") -> Client:
    """A browser between the passphrase and the second factor."""
    client = Client()
    person = PEOPLE[name]
    response = client.post("/connexion/", {"login": person.email, "password": person.passphrase})
    assert response["Location"] == "/connexion/code/"
    return client


@pytest.fixture
def clock(time_machine):
    """A clock that stands still until it is shifted."""
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine


@pytest.fixture
def client(db, clock) -> Client:
    return signed_in("claire")


# --- Setting up -------------------------------------------------------------------------------------


def test_whole_way_through_the_pages(client, clock):
    assert client.get("/compte/second-facteur/activer/")["Location"] == (
        "/compte/confirmer/?next=%2Fcompte%2Fsecond-facteur%2Factiver%2F"
    )
    secret = set_up(client)
    assert client.get("/compte/second-facteur/codes/").status_code == 200
    clock.shift(PERIOD)

    half = give_passphrase()
    assert half.get("/compte/")["Location"].startswith("/connexion/")
    done = half.post("/connexion/code/", {"code": code_of(secret)})

    assert done["Location"] == "/"
    assert half.get("/compte/").status_code == 200
    assert Entry.objects.filter(action="accounts.second_factor_set").count() == 1
    assert Entry.objects.filter(action="accounts.signed_in").count() == 2


def test_wrong_code_sets_nothing_up(client):
    confirm(client)
    secret = client.get("/compte/second-facteur/activer/").context["form"].secret
    wrong = f"{(int(code_of(secret)) + 1) % 1_000_000:06}"

    response = client.post("/compte/second-facteur/activer/", {"code": wrong})

    assert response.status_code == 200
    assert Authenticator.objects.count() == 0
    assert response.context["form"].secret == secret


def test_setting_up_ends_the_other_sessions(client, db):
    other = signed_in("claire")

    set_up(client)

    assert other.get("/compte/")["Location"].startswith("/connexion/")
    assert client.get("/compte/").status_code == 200
    assert VaultSession.objects.count() == 1


def test_key_of_the_telephone_is_sealed_at_rest(client):
    secret = set_up(client)

    stored = Authenticator.objects.get(type="totp").data
    lying = str(Authenticator.objects.values_list("data", flat=True)) + str(stored)
    assert [form for form in (secret, base64.b32decode(secret).hex()) if form in lying] == []
    assert list(stored) == ["secret"]


def test_key_is_sealed_while_it_is_being_set_up(client):
    confirm(client)
    secret = client.get("/compte/second-facteur/activer/").context["form"].secret

    assert client.session["mfa.totp.secret"] == secret
    assert secret.encode() not in bytes(SignInSession.objects.get(user__isnull=False).content)


def test_key_is_shown_only_while_it_is_being_set_up(client):
    """Whoever sits down at an open browser later cannot copy the telephone."""
    secret = set_up(client)

    assert client.get("/compte/second-facteur/activer/")["Location"] == "/compte/second-facteur/retirer/"
    assert "mfa.totp.secret" not in client.session
    assert secret not in client.get("/compte/").text
    client.get("/compte/second-facteur/code.svg")
    assert client.session.get("mfa.totp.secret") != secret


def test_delicate_pages_ask_for_the_passphrase_again_after_five_minutes(client, clock):
    set_up(client)
    for _ in range(2):
        clock.shift(timedelta(minutes=2, seconds=40))
        client.get("/presence/")

    pages = ["codes/", "codes/nouveaux/", "retirer/"]
    asked = [client.get(f"/compte/second-facteur/{page}")["Location"].partition("?")[0] for page in pages]

    assert asked == ["/compte/confirmer/"] * 3
    assert client.get("/compte/confirmer/").status_code == 200
    assert client.post("/compte/second-facteur/retirer/")["Location"].startswith("/compte/confirmer/")
    assert Authenticator.objects.filter(type="totp").count() == 1
    assert confirm(client).status_code == 302
    assert client.get("/compte/second-facteur/retirer/").status_code == 200


def test_removing_it_is_logged_and_leaves_no_code(client):
    set_up(client)

    assert client.post("/compte/second-facteur/retirer/").status_code == 302

    assert Authenticator.objects.count() == 0
    assert Entry.objects.filter(action="accounts.second_factor_removed").count() == 1


# --- Required by a setting --------------------------------------------------------------------------


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.mark.parametrize("path", ["/", "/dossiers/", "/compte/", "/equipe/", "/textes-gardes/", "/compte/phrase/"])
def test_required_nothing_opens_before_it_is_set_up(required, client, path):
    assert client.get(path)["Location"] == "/compte/second-facteur/activer/"


def test_required_it_can_be_set_up_and_then_the_house_opens(required, client):
    set_up(client)

    assert client.get("/compte/second-facteur/codes/").status_code == 200
    assert [client.get(path).status_code for path in ("/", "/dossiers/", "/compte/")] == [200, 200, 200]


def test_required_who_removes_it_is_asked_for_a_new_one(required, client):
    set_up(client)

    client.post("/compte/second-facteur/retirer/")

    assert client.get("/dossiers/")["Location"] == "/compte/second-facteur/activer/"


def test_required_lock_page_sign_out_and_help_still_answer(required, client):
    assert client.get("/aide/").status_code == 200
    assert client.post("/verrou/")["Location"] == "/verrou/?suite=%2F"
    assert client.get("/verrou/").status_code == 200
    assert client.post("/deconnexion/")["Location"] == "/connexion/"


# --- Between passphrase and code --------------------------------------------------------------------


@pytest.fixture
def secret(client, clock) -> str:
    """The key of Claire's telephone, set up half a minute ago."""
    secret = set_up(client)
    client.post("/deconnexion/")
    clock.shift(PERIOD)
    return secret


@pytest.mark.parametrize("path", ["/", "/dossiers/", "/compte/", "/verrou/", "/compte/confirmer/", "/attente/"])
def test_passphrase_alone_opens_nothing(secret, path):
    assert give_passphrase().get(path)["Location"].startswith("/connexion/")


def test_passphrase_alone_cannot_unlock_or_change_anything(secret):
    half = give_passphrase()
    passphrase = {"password": PEOPLE["claire"].passphrase}

    answers = [
        half.post(path, passphrase)["Location"].partition("?")[0]
        for path in ("/verrou/ouvrir/", "/compte/confirmer/", "/compte/second-facteur/retirer/", "/compte/phrase/")
    ]

    assert answers == ["/connexion/"] * 4
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_waiting_copy_of_the_root_is_marked_and_given_once(secret):
    half = give_passphrase()
    assert list(VaultSession.objects.values_list("pending", flat=True)) == [True]

    half.post("/connexion/code/", {"code": code_of(secret)})

    assert list(VaultSession.objects.values_list("pending", flat=True)) == [False]


def test_cookie_changes_with_the_second_factor(secret):
    half = give_passphrase()
    before = half.cookies[settings.VAULT_COOKIE_NAME].value, half.cookies[settings.SESSION_COOKIE_NAME].value

    half.post("/connexion/code/", {"code": code_of(secret)})

    after = half.cookies[settings.VAULT_COOKIE_NAME].value, half.cookies[settings.SESSION_COOKIE_NAME].value
    assert [old for old, new in zip(before, after, strict=True) if old == new] == []


def test_waiting_cookie_of_another_browser_gives_no_open_vault(secret):
    """Both browsers know the passphrase; one code signs in the browser that gave it, with its own copy of the root."""
    mine, theirs = give_passphrase(), give_passphrase()
    mine.cookies[settings.VAULT_COOKIE_NAME] = "A" * 64

    mine.post("/connexion/code/", {"code": code_of(secret)})

    assert mine.get("/dossiers/")["Location"].startswith("/verrou/")
    assert theirs.get("/dossiers/")["Location"].startswith("/connexion/")


def test_code_that_comes_too_late_starts_again(secret, clock):
    half = give_passphrase()
    clock.shift(timedelta(minutes=15, seconds=1))

    assert half.post("/connexion/code/", {"code": code_of(secret)})["Location"].startswith("/connexion/")
    assert half.get("/compte/")["Location"].startswith("/connexion/")


@pytest.mark.parametrize("data", [{}, {"code": ""}, {"credential": "{}"}, {"code": "x" * 500}, {"code": "000 000"}])
def test_what_is_no_code_is_answered_with_the_page(secret, data):
    response = give_passphrase().post("/connexion/code/", data)

    assert (response.status_code, len(response.context["form"].errors["code"])) == (200, 1)


def test_wrong_code_is_logged_and_slows_down(secret):
    half = give_passphrase()
    wrong = f"{(int(code_of(secret)) + 1) % 1_000_000:06}"

    for _ in range(4):
        half.post("/connexion/code/", {"code": wrong})
    response = half.post("/connexion/code/", {"code": code_of(secret)})

    assert re.findall(r"\d+", response.context["form"].errors["code"][0]) == ["1"]
    failures = Entry.objects.filter(action="accounts.second_factor_failed")
    assert set(failures.values_list("outcome", flat=True)) == {"failed"}
    assert failures.count() == 4
    assert [entry for entry in failures if wrong.encode() in bytes(entry.body)] == []


# --- Once -------------------------------------------------------------------------------------------


def test_one_code_signs_in_once(secret):
    first, second = give_passphrase(), give_passphrase()
    code = code_of(secret)

    assert first.post("/connexion/code/", {"code": code})["Location"] == "/"
    assert second.post("/connexion/code/", {"code": code}).status_code == 200
    assert second.get("/compte/")["Location"].startswith("/connexion/")
    assert b"".join(bytes(row.key) for row in UsedCode.objects.all()).find(code.encode()) == -1


def test_used_code_stays_used_as_long_as_it_would_be_accepted(secret, clock):
    code = code_of(secret)
    give_passphrase().post("/connexion/code/", {"code": code})

    answers = []
    for _ in range(2):
        clock.shift(PERIOD)
        answers.append(give_passphrase().post("/connexion/code/", {"code": code}).status_code)

    assert answers == [200, 200]


def test_code_of_somebody_else_does_not_help(secret):
    luc = signed_in("luc")
    confirm(luc, "luc")
    other = luc.get("/compte/second-facteur/activer/").context["form"].secret

    assert give_passphrase().post("/connexion/code/", {"code": code_of(other)}).status_code == 200


def _recovery_codes(client: Client) -> list[str]:
    return client.get("/compte/second-facteur/codes/").context["unused_codes"]


def test_recovery_code_opens_once(client):
    set_up(client)
    codes = _recovery_codes(client)

    done = give_passphrase().post("/connexion/code/", {"code": codes[0]})
    again = give_passphrase().post("/connexion/code/", {"code": codes[0]})

    assert (done["Location"], again.status_code) == ("/", 200)
    assert _recovery_codes(client) == codes[1:]


def test_new_recovery_codes_end_the_old_ones(client):
    set_up(client)
    old = _recovery_codes(client)

    client.post("/compte/second-facteur/codes/nouveaux/")

    assert set(_recovery_codes(client)) & set(old) == set()
    assert give_passphrase().post("/connexion/code/", {"code": old[0]}).status_code == 200
    assert Entry.objects.filter(action="accounts.recovery_codes_made").count() == 1


def test_recovery_codes_lie_sealed(client):
    set_up(client)
    codes = _recovery_codes(client)

    stored = str(Authenticator.objects.get(type="recovery_codes").data)

    assert [code for code in codes if code in stored] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["telephone", "recovery"])
def test_twenty_browsers_with_one_code_are_one_sign_in(clock, kind):
    client = signed_in("claire")
    secret = set_up(client)
    code = code_of(secret) if kind == "telephone" else _recovery_codes(client)[0]
    browsers = [give_passphrase() for _ in range(20)]
    together, answers = threading.Barrier(20), []

    def give(browser: Client) -> None:
        together.wait(30)
        answers.append(browser.post("/connexion/code/", {"code": code}).status_code)
        connection.close()

    threads = [threading.Thread(target=give, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(answers) == [200] * 19 + [302]
    assert SignInSession.objects.filter(user__email=PEOPLE["claire"].email).count() == 2
