"""Only what the house itself asked, answered by a passkey that it knows, says who somebody is."""

import json

import pytest
from django.test import Client

from audit.log.models import Entry
from cellule.accounts.models import FailedAttempt, Passkey, SignInSession, User
from cellule.vault.models import VaultSession
from tests.accounts.authenticator import SecurityKey
from tests.accounts.touches import (
    NOT_KNOWN,
    SIGN_IN,
    asked,
    make,
    refusals,
    touch,
)
from tests.people import said, signed_in


@pytest.fixture
def client(db) -> Client:
    return signed_in("claire")


@pytest.fixture
def key(client) -> SecurityKey:
    """Claire's, with the PRF extension."""
    key = SecurityKey()
    assert make(client, key)["Location"] == "/compte/"
    return key


def _unknown(key: SecurityKey) -> None:
    key.credential_id = bytes(32)


def _forged(key: SecurityKey) -> None:
    key.private = SecurityKey().private


def _of_somebody_else(key: SecurityKey) -> None:
    key.person = User.objects.get(email="luc@cellule.example").pk.bytes


def _unverified(key: SecurityKey) -> None:
    key.verifies = False


def _elsewhere(key: SecurityKey) -> None:
    key.origin = "http://testserver.evil.example"


def _inactive(key: SecurityKey) -> None:
    User.objects.filter(email="claire@cellule.example").update(is_active=False)


def _removed(key: SecurityKey) -> None:
    Passkey.objects.all().delete()


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (_unknown, False),
        (_forged, True),
        (_of_somebody_else, True),
        (_unverified, True),
        (_elsewhere, True),
        (_inactive, False),
        (_removed, False),
    ],
)
def test_everything_wrong_gets_the_same_answer(key, spoil, named):
    claire, client = Passkey.objects.get().user_id, Client()
    spoil(key)

    response = touch(client, key)

    assert (response.status_code, refusals(response)) == (422, [said(NOT_KNOWN)])
    assert SignInSession.objects.filter(user=claire).count() == 1
    assert VaultSession.objects.count() == 1
    failed = Entry.objects.get(action="accounts.sign_in_failed", outcome="failed")
    assert failed.reference == (str(claire) if named else "")


def test_an_answer_counts_once(key):
    sent = key.answers(asked(Client()))

    assert Client().post(SIGN_IN, sent)["Location"] == "/"
    assert refusals(Client().post(SIGN_IN, sent)) == [said(NOT_KNOWN)]


def test_an_answer_counts_for_a_quarter_of_an_hour(key, time_machine):
    time_machine.move_to("2026-11-22T12:00:00Z", tick=False)
    early, late = key.answers(asked(Client())), key.answers(asked(Client()))

    time_machine.shift(15 * 60)
    assert Client().post(SIGN_IN, early)["Location"] == "/"
    time_machine.shift(1)
    assert refusals(Client().post(SIGN_IN, late)) == [said(NOT_KNOWN)]


def test_a_question_that_the_house_did_not_ask_counts_nothing(key):
    question = asked(Client())
    changed = "A" if question["challenge"][0] != "A" else "B"

    response = Client().post(SIGN_IN, key.answers(question | {"challenge": changed + question["challenge"][1:]}))

    assert refusals(response) == [said(NOT_KNOWN)]


def test_an_answer_for_unlocking_signs_nobody_in(client, key):
    client.post("/verrou/")

    assert refusals(Client().post(SIGN_IN, key.answers(asked(client)))) == [said(NOT_KNOWN)]


@pytest.mark.parametrize(
    "credential",
    ["", "x", "[]", "null", "[" * 8000, "{}", '{"rawId": 1}', '{"rawId": "AA", "response": []}', '{"response": null}']
    + [json.dumps({"id": "AA", "rawId": "AA", "response": dict.fromkeys(fields, "AA")})
       for fields in (["clientDataJSON"], ["clientDataJSON", "authenticatorData", "signature"])],
)  # fmt: skip
def test_nonsense_is_refused_in_the_same_words(db, credential):
    response = Client().post(SIGN_IN, {"credential": credential, "prf": ""})

    assert (response.status_code, refusals(response)) == (422, [said(NOT_KNOWN)])


@pytest.mark.parametrize("prf", ["x", "é" * 43, "A" * 42, "A" * 44, "=" * 43])
def test_a_value_that_no_passkey_gives_is_refused(key, prf):
    response = Client().post(SIGN_IN, key.answers(asked(Client())) | {"prf": prf})

    assert refusals(response) == [said(NOT_KNOWN)]


def test_guessing_waits_longer_and_longer(key, time_machine):
    time_machine.move_to("2026-11-22T12:00:00Z", tick=False)
    right, key.private = key.private, SecurityKey().private
    for _ in range(5):
        assert refusals(touch(Client(), key)) == [said(NOT_KNOWN)]
        time_machine.shift(1)
    key.private = right

    waiting = touch(Client(), key)
    time_machine.shift(2)

    assert "1" in refusals(waiting)[0]
    assert touch(Client(), key)["Location"] == "/"


def test_asking_stores_nothing(db):
    asked(Client())

    assert (SignInSession.objects.count(), FailedAttempt.objects.count()) == (0, 0)


def test_nobody_s_passkeys_are_named_to_a_stranger(key):
    assert asked(Client()).get("allowCredentials") is None


def test_the_page_after_a_refusal_signs_in_by_words_and_shows_no_value(key):
    stranger, key.private = Client(), SecurityKey().private
    sent = key.answers(asked(stranger))

    page = stranger.post(f"{SIGN_IN}?next=/compte/", sent).text

    assert 'action="/connexion/?next=%2Fcompte%2F"' in page
    assert sent["prf"] not in page
    assert stranger.get(f"{SIGN_IN}?next=/compte/")["Location"] == "/connexion/?next=%2Fcompte%2F"
