"""Where I am signed in: listed, ended one by one or all at once, with their copies of the keys."""

import pytest
from django.conf import settings
from django.test import Client

from audit.log.models import Entry
from cellule.accounts.models import SignInSession, User
from cellule.vault.models import VaultSession
from tests.people import signed_in
from tests.world import PEOPLE


def _sessions(client: Client) -> list[dict]:
    return client.get("/compte/").context["sessions"]


def _other(client: Client) -> str:
    """The address that ends the one other session."""
    (other,) = [session for session in _sessions(client) if not session["is_this"]]
    return f"/compte/sessions/{other['id']}/fermer/"


def test_each_browser_sees_itself_and_the_others(db):
    here, there = signed_in("claire"), signed_in("claire")
    signed_in("luc")

    assert sorted(session["is_this"] for session in _sessions(here)) == [False, True]
    assert {session["id"] for session in _sessions(here)} == {session["id"] for session in _sessions(there)}
    assert here.session.log_session in {session["id"] for session in _sessions(here) if session["is_this"]}


def test_page_shows_no_key_of_any_session(db):
    here, there = signed_in("claire"), signed_in("claire")

    page = here.get("/compte/").text

    secrets = [
        *(client.cookies[name].value for client in (here, there) for name in ("seance", "cle")),
        *SignInSession.objects.values_list("key_hash", flat=True),
    ]
    assert [secret for secret in secrets if secret in page] == []


def test_another_session_is_ended_with_its_copy_of_the_root(db):
    here, there = signed_in("claire"), signed_in("claire")

    assert here.post(_other(here))["Location"] == "/compte/"

    assert there.get("/compte/")["Location"].startswith("/connexion/")
    assert here.get("/compte/").status_code == 200
    assert VaultSession.objects.get().sign_in == here.session.row_id
    assert Entry.objects.filter(action="accounts.session_ended").count() == 1


def test_ended_session_does_not_come_back_with_its_cookies(db):
    here, there = signed_in("claire"), signed_in("claire")
    stolen = {name: cookie.value for name, cookie in there.cookies.items()}
    here.post(_other(here))

    thief = Client()
    thief.cookies.load(stolen)

    assert thief.get("/compte/")["Location"].startswith("/connexion/")


def test_all_others_end_at_once(db):
    here, *others = [signed_in("claire") for _ in range(4)]

    here.post("/compte/sessions/fermer/")

    assert [client.get("/compte/").status_code for client in (here, *others)] == [200, 302, 302, 302]
    assert (SignInSession.objects.filter(user__isnull=False).count(), VaultSession.objects.count()) == (1, 1)
    assert Entry.objects.filter(action="accounts.session_ended").count() == 3


def test_somebody_else_s_session_stays(db):
    here, luc = signed_in("claire"), signed_in("luc")

    here.post(f"/compte/sessions/{luc.session.log_session}/fermer/")
    here.post("/compte/sessions/fermer/")

    assert luc.get("/compte/").status_code == 200
    assert Entry.objects.filter(action="accounts.session_ended").count() == 0


def test_the_session_one_sits_in_is_not_ended_from_the_list(db):
    """Signing out is the way to do that; the list cannot be used to lose oneself by mistake."""
    here = signed_in("claire")

    here.post(f"/compte/sessions/{here.session.log_session}/fermer/")

    assert here.get("/compte/").status_code == 200


def test_sessions_are_ended_by_post_alone(db):
    here = signed_in("claire")
    signed_in("claire")

    assert [here.get(path).status_code for path in (_other(here), "/compte/sessions/fermer/")] == [405, 405]
    assert len(_sessions(here)) == 2


def test_forged_request_ends_nothing(db):
    here = signed_in("claire", enforce_csrf_checks=False)
    here.handler.enforce_csrf_checks = True
    signed_in("claire")

    assert here.post("/compte/sessions/fermer/").status_code == 403
    assert len(_sessions(here)) == 2


def test_signing_in_renews_every_cookie(db):
    client = Client()
    client.get("/connexion/")
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted" * 5
    person = PEOPLE["claire"]

    client.post("/connexion/", {"login": person.email, "password": person.passphrase})

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "planted" * 5
    assert client.get("/compte/").status_code == 200


def test_new_passphrase_ends_every_session(db):
    here, there = signed_in("claire"), signed_in("claire")
    here.post("/compte/confirmer/?next=/compte/phrase/", {"password": PEOPLE["claire"].passphrase})
    shown = here.get("/compte/phrase/").context
    new = " ".join(shown["passphrase"])
    here.post("/compte/phrase/", {"token": shown["token"]})

    assert here.post("/compte/phrase/", {"token": shown["token"], "typed": new})["Location"] == "/connexion/"

    assert [client.get("/compte/").status_code for client in (here, there)] == [302, 302]
    assert VaultSession.objects.count() == 0
    again = Client()
    assert again.post("/connexion/", {"login": PEOPLE["claire"].email, "password": new})["Location"] == "/"
    old = Client().post("/connexion/", {"login": PEOPLE["claire"].email, "password": PEOPLE["claire"].passphrase})
    assert old.status_code == 200


# --- Language ---------------------------------------------------------------------------------------


def _language(client: Client) -> str:
    return client.get("/compte/").headers["Content-Language"]


@pytest.mark.parametrize(("name", "language"), [("claire", "fr"), ("joaquin", "en")])
def test_pages_speak_the_person_s_language_whatever_the_browser_says(db, name, language):
    client = signed_in(name, headers={"accept-language": "es,de;q=0.5"})

    assert _language(client) == language
    assert f'<html lang="{language}"' in client.get("/compte/").text


def test_language_is_changed_in_the_account(db):
    claire = signed_in("claire")

    assert claire.post("/compte/", {"language": "en"})["Location"] == "/compte/"

    assert _language(claire) == "en"
    assert _language(signed_in("claire")) == "en"


@pytest.mark.parametrize("language", ["de", "", "../fr", "FR"])
def test_language_that_does_not_exist_changes_nothing(db, language):
    claire = signed_in("claire")

    claire.post("/compte/", {"language": language})
    claire.post("/langue/", {"langue": language})

    assert User.objects.get(email=PEOPLE["claire"].email).language == "fr"


def test_language_changed_at_the_foot_of_a_page_is_the_account_s(db):
    claire = signed_in("claire")

    assert claire.post("/langue/", {"langue": "en", "suite": "/compte/"})["Location"] == "/compte/"

    assert _language(claire) == "en"
    assert User.objects.get(email=PEOPLE["claire"].email).language == "en"


def test_language_before_signing_in_belongs_to_the_browser(db):
    client = Client()
    client.post("/langue/", {"langue": "en", "suite": "/connexion/"})

    assert client.get("/connexion/").headers["Content-Language"] == "en"
    assert Client().get("/connexion/").headers["Content-Language"] == "fr"


@pytest.mark.parametrize("suite", ["https://evil.example/", "//evil.example/", "evil", "javascript:alert(1)", ""])
def test_changing_the_language_leads_nowhere_else(db, suite):
    assert signed_in("claire").post("/langue/", {"langue": "en", "suite": suite})["Location"] == "/"
