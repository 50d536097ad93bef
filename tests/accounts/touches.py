"""What a browser does with a security key: asks the house, lets it be touched, sends what it answers."""

import json

from django.test import Client

from tests.accounts.authenticator import SecurityKey
from tests.accounts.test_second_factor import confirm
from tests.world import PEOPLE

NEW, QUESTION = "/compte/cles/nouvelle/", "/connexion/cle/question/"
SIGN_IN, UNLOCK = "/connexion/cle/", "/verrou/cle/"
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


def by_words(name: str = "claire"):
    """What the sign-in page answers to the right passphrase."""
    return Client().post("/connexion/", {"login": PEOPLE[name].email, "password": PEOPLE[name].passphrase})


def refusals(response) -> list[str]:
    return [str(one) for one in response.context["passkey_form"].non_field_errors()]


def touched(client: Client, passphrase: str) -> dict[str, bytes]:
    """A passkey's whole life in this browser: made, refused, locked out, used again; gives what nobody may find."""
    key, new = SecurityKey(), "/compte/cles/nouvelle/"
    client.post(f"/compte/confirmer/?next={new}", {"password": passphrase})
    options = json.loads(client.get(new).context["options"])
    sent = key.makes(options)
    assert client.post(new, {"name": "", **sent}).status_code == 422
    assert client.post(new, {"name": "Bureau", **sent})["Location"] == "/compte/"
    client.post("/verrou/")
    client.post(new, {"name": "Bureau", **sent})
    question = "/connexion/cle/question/"
    forged = SecurityKey(credential_id=key.credential_id, prf_secret=key.prf_secret, person=key.person)
    assert client.post("/verrou/cle/", forged.answers(client.post(question).json())).status_code == 422
    assert client.post("/verrou/cle/", key.answers(client.post(question).json())).status_code == 302
    assert Client().post("/connexion/cle/", forged.answers(Client().post(question).json())).status_code == 422
    assert Client().post("/connexion/cle/", key.answers(Client().post(question).json())).status_code == 302
    return {"PRF value": key.value(options)}
