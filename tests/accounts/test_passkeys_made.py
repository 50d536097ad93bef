"""Making, naming and removing passkeys through the pages."""

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from audit.log.models import Entry
from cellule.accounts import enrolment
from cellule.accounts.models import Passkey, User
from cellule.jobs import work
from cellule.jobs.models import Job
from cellule.vault import slots
from cellule.vault.models import Slot
from tests.accounts.authenticator import SecurityKey
from tests.accounts.test_second_factor import confirm
from tests.accounts.touches import NEW, NOT_KNOWN, by_words, make, offered, refusals, touch
from tests.people import acting, said, signed_in
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


def test_one_whose_signatures_nobody_can_check_is_not_kept(client):
    assert make(client, SecurityKey(algorithm=-99)).status_code == 422
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
    assert by_words()["Location"] == "/"
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
