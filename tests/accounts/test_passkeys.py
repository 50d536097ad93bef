"""Passkeys through the pages: one touch signs in and unlocks, and only what the house itself asked counts."""

import json

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from audit.log.models import Entry
from cellule.accounts import enrolment
from cellule.accounts.models import FailedAttempt, Passkey, SignInSession, User
from cellule.jobs import work
from cellule.jobs.models import Job
from cellule.vault import slots
from cellule.vault.models import ParkedText, Slot, VaultSession
from tests.accounts.authenticator import SecurityKey
from tests.accounts.test_second_factor import confirm, set_up
from tests.people import acting, said, signed_in
from tests.world import PEOPLE

NEW, QUESTION, SIGN_IN, UNLOCK = (
    "/compte/cles/nouvelle/",
    "/connexion/cle/question/",
    "/connexion/cle/",
    "/verrou/cle/",
)
NOT_KNOWN = "This passkey is not known here, or the page was open too long. Try again, or type your passphrase."
NOT_OPENED = "This passkey does not open the vault in this browser. Type your passphrase."


def make(client: Client, key: SecurityKey, name: str = "Bureau", person: str = "claire"):
    confirm(client, person)
    return client.post(NEW, {"name": name, **key.makes(offered(client))})


def offered(client: Client) -> dict:
    return json.loads(client.get(NEW).context["options"])


def asked(client: Client) -> dict:
    return client.post(QUESTION).json()


def touch(client: Client, key: SecurityKey, address: str = SIGN_IN, **changed: str):
    return client.post(address, key.answers(asked(client), **changed))


def refusals(response) -> list[str]:
    return [str(one) for one in response.context["passkey_form"].non_field_errors()]


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


# --- Making one -------------------------------------------------------------------------------------


def test_a_passkey_is_asked_for_as_the_house_needs_it(client):
    confirm(client)
    options = offered(client)

    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert options["rp"]["id"] == "testserver"
    assert set(options["extensions"]) == {"prf"}


def test_making_one_keeps_its_public_half_and_tells_the_person(client, key):
    passkey = Passkey.objects.get()
    slot = Slot.objects.get(kind=Slot.Kind.PASSKEY)

    assert (passkey.user.email, passkey.name, passkey.slot) == ("claire@cellule.example", "Bureau", slot.pk)
    assert bytes(passkey.credential_id) == key.credential_id
    assert Slot.objects.filter(holder=passkey.user_id, kind=Slot.Kind.PASSPHRASE).count() == 1
    assert Entry.objects.get(action="accounts.passkey_added").reference == str(passkey.pk)
    assert Job.objects.get(kind="accounts.passkey_letter").subject == [str(passkey.user_id)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_letter_tells_the_person_even_when_the_passkey_is_gone(client, key, settings, language):
    User.objects.update(language=language)
    client.post(f"/compte/cles/{Passkey.objects.get().pk}/retirer/")

    work.run(Job.objects.get(kind="accounts.passkey_letter").pk)

    (sent,) = mail.outbox
    with translation.override(language):
        told = gettext("A passkey was added to your account. If it was not you, remove it there and tell a supervisor.")
        subject = gettext("Your access")
    assert (sent.to, sent.subject) == (["claire@cellule.example"], subject)
    assert sent.body == f"{told}\n\n{settings.SITE_ADDRESS}\n"


def test_the_passphrase_is_asked_for_first(client):
    assert client.get(NEW)["Location"] == "/compte/confirmer/?next=%2Fcompte%2Fcles%2Fnouvelle%2F"


def test_one_touch_does_not_stand_for_the_passphrase_on_delicate_pages(key):
    other = Client()
    touch(other, key)

    assert other.get(NEW)["Location"] == "/compte/confirmer/?next=%2Fcompte%2Fcles%2Fnouvelle%2F"


def test_one_that_did_not_ask_for_finger_or_number_is_not_kept(client):
    response = make(client, SecurityKey(verifies=False))

    assert response.status_code == 422
    assert Passkey.objects.count() == 0


@pytest.mark.parametrize("changed", [{"origin": "http://elsewhere.example"}, {"type": "webauthn.get"}])
def test_one_made_for_another_place_is_not_kept(client, changed):
    confirm(client)
    options = offered(client)

    assert client.post(NEW, {"name": "Bureau", **SecurityKey().makes(options, **changed)}).status_code == 422
    assert Passkey.objects.count() == 0


def test_one_made_for_another_session_is_not_kept(client):
    other = signed_in("claire")
    confirm(client)
    confirm(other)
    options = offered(other)

    assert client.post(NEW, {"name": "Bureau", **SecurityKey().makes(options)}).status_code == 422
    assert Passkey.objects.count() == 0


def test_the_same_one_is_not_kept_twice(client, key):
    response = make(client, key)

    assert response.status_code == 422
    assert (Passkey.objects.count(), Slot.objects.filter(kind=Slot.Kind.PASSKEY).count()) == (1, 1)


def test_without_a_name_nothing_else_is_found_wrong(client):
    confirm(client)

    response = client.post(NEW, {"name": " "})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["name"]


def test_no_slot_is_made_where_no_passphrase_stands_beside_it(client, key):
    holder = Passkey.objects.get().user_id
    identity = slots.open_root(holder, PEOPLE["claire"].passphrase)
    Slot.objects.filter(holder=holder, kind=Slot.Kind.PASSPHRASE).delete()

    with pytest.raises(slots.NoOtherSlot):
        slots.add_passkey(holder, identity, bytes(32))


# --- Signing in -------------------------------------------------------------------------------------


def test_one_touch_signs_in_and_opens_the_vault(key):
    client = Client()

    assert touch(client, key)["Location"] == "/"
    assert client.get("/compte/").status_code == 200
    assert Entry.objects.filter(action="accounts.signed_in").count() == 2
    assert Passkey.objects.get().used_on == timezone.localdate()


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
    assert Client().post("/connexion/", _words())["Location"] == "/connexion/code/"


def test_having_a_passkey_asks_nothing_more_of_the_passphrase(key):
    assert Client().post("/connexion/", _words())["Location"] == "/"


def _words() -> dict[str, str]:
    return {"login": PEOPLE["claire"].email, "password": PEOPLE["claire"].passphrase}


# --- What is refused --------------------------------------------------------------------------------


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


# --- Naming and removing ----------------------------------------------------------------------------


def test_a_passkey_can_be_named_anew(client, key):
    address = f"/compte/cles/{Passkey.objects.get().pk}/"

    assert client.post(address, {"name": "Clé verte"})["Location"] == "/compte/"
    assert "Clé verte" in client.get("/compte/").text
    assert client.post(address, {"name": ""}).status_code == 422
    assert Entry.objects.filter(action="accounts.passkey_renamed").count() == 1


def test_a_removed_passkey_opens_nothing_and_ends_the_other_sessions(client, key):
    other = Client()
    touch(other, key)

    assert client.post(f"/compte/cles/{Passkey.objects.get().pk}/retirer/")["Location"] == "/compte/"

    assert other.get("/compte/")["Location"].startswith("/connexion/")
    assert client.get("/compte/").status_code == 200
    assert (Passkey.objects.count(), Slot.objects.filter(kind=Slot.Kind.PASSKEY).count()) == (0, 0)
    assert refusals(touch(Client(), key)) == [said(NOT_KNOWN)]
    assert Client().post("/connexion/", _words())["Location"] == "/"
    assert Entry.objects.filter(action="accounts.passkey_removed").count() == 1


def test_another_person_s_passkey_is_not_there(client, key):
    luc = signed_in("luc")
    confirm(luc, "luc")
    address = f"/compte/cles/{Passkey.objects.get().pk}/"

    assert luc.get(address).status_code == 404
    assert luc.post(f"{address}retirer/").status_code == 404
    assert Passkey.objects.count() == 1


def test_removing_a_passkey_never_removes_the_passphrase(client, key):
    passphrase = Slot.objects.get(holder=Passkey.objects.get().user_id, kind=Slot.Kind.PASSPHRASE)
    Passkey.objects.update(slot=passphrase.pk)

    client.post(f"/compte/cles/{Passkey.objects.get().pk}/retirer/")

    assert Slot.objects.filter(pk=passphrase.pk).count() == 1


def test_a_new_passphrase_keeps_the_passkey(client, key):
    holder = Passkey.objects.get().user_id
    identity = slots.open_root(holder, PEOPLE["claire"].passphrase)

    slots.change_passphrase(holder, identity, "aborder abolir abeille abdiquer abandon abaisser")

    assert touch(Client(), key)["Location"] == "/"


def test_new_keys_forget_the_passkeys(client, key):
    claire, words = Passkey.objects.get().user, "aborder abolir abeille abdiquer abandon abaisser"
    with transaction.atomic():
        invitation = enrolment.invite(claire, by=acting("luc").actor, by_mail=False)
    enrolment.enrol(invitation, shown=words, typed=words)

    assert (Passkey.objects.count(), Slot.objects.filter(kind=Slot.Kind.PASSKEY).count()) == (0, 0)
    assert refusals(touch(Client(), key)) == [said(NOT_KNOWN)]
