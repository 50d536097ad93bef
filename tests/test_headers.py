"""What every answer carries, whoever asks for what; and what an answer about an account may not tell by its cost."""

import re
import runpy
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cellule.accounts import enrolment
from cellule.accounts.models import FailedAttempt, Invitation, User
from cellule.vault import slots
from cellule.vault.models import Slot
from tests.people import acting, signed_in
from tests.test_access import addresses, house  # noqa: F401  (the house is a fixture)
from tests.world import PEOPLE

SEALING = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "htmx",
}


# What leaves as it came: nothing in it may run, nor load anything.
OF_A_FILE = {"default-src": "'none'", "frame-ancestors": "'none'", "sandbox": ""}


def _faults(response, policy: dict[str, str] = POLICY) -> list[str]:
    """What is wrong with the headers of an answer of the house."""
    found = [name for name, value in SEALING.items() if response.headers.get(name) != value]
    found += [name for name in ("ETag", "Last-Modified", "Server", "X-Powered-By") if name in response.headers]
    if _policy(response.headers.get("Content-Security-Policy", "")) != policy:
        found.append("Content-Security-Policy")
    if not {"Cookie", "HX-Request"} <= set(re.split(r",\s*", response.headers.get("Vary", ""))):
        found.append("Vary")
    if "geolocation=()" not in response.headers.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    return found


def _policy(text: str) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in text.split(";") if part.strip())
    return {name: value for name, _space, value in parts}


def test_nothing_in_the_policy_is_called_unsafe():
    assert [value for value in (*POLICY.values(), str(settings.SECURE_CSP)) if "unsafe" in value or "*" in value] == []


@pytest.mark.parametrize("person", ["nobody", "claire", "mireille", "paule", "luc"])
def test_every_answer_of_the_house_is_kept_by_nobody(house, person):  # noqa: F811  (a fixture)
    client = Client() if person == "nobody" else signed_in(person)

    faults = {}
    for name in addresses():
        for method in (client.get, client.head, client.post, client.options, client.delete):
            if name in {"accounts:lock", "account_logout"} and method == client.post:
                continue
            response = method(house.address(name))
            assert response.status_code < 500, name
            is_file = name == "cases:download_file" and "sandbox" in response.headers["Content-Security-Policy"]
            if wrong := _faults(response, OF_A_FILE if is_file else POLICY):
                faults[name, method.__name__] = wrong

    assert faults == {}


def test_locking_and_signing_out_are_kept_by_nobody_either(db):
    client = signed_in("claire")

    locked, out = client.post("/verrou/"), client.post("/deconnexion/")

    assert (_faults(locked), _faults(out)) == ([], [])
    assert out["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize("path", ["/nulle-part/", "/dossiers/2222-2222/x.css", "/compte/x.css", "/static/nothing.css"])
def test_missing_pages_carry_the_same(db, path):
    response = signed_in("claire").get(path)

    assert (response.status_code, _faults(response)) == (404, [])


def test_forged_and_stale_forms_carry_the_same(db):
    client = Client(enforce_csrf_checks=True)

    response = client.post("/connexion/", {"login": "x@y.example", "password": "x"})

    assert (response.status_code, _faults(response)) == (403, [])


def test_personal_pages_have_nothing_to_compare_a_second_visit_with(db):
    """No validator, no 304: a browser on a shared desk cannot ask whether a page is still the one somebody saw."""
    client = signed_in("claire")

    answers = [
        client.get("/compte/", headers=headers).status_code
        for headers in ({"If-None-Match": "*"}, {"If-Modified-Since": "Sun, 22 Nov 2026 12:00:00 GMT"})
    ]

    assert answers == [200, 200]


# --- Static files -----------------------------------------------------------------------------------


@pytest.fixture
def hashed(settings, tmp_path):
    """The settings of a served house: hashed static files in a folder of their own."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "site.css").write_text("body { margin: 0 }", encoding="utf-8")
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0, ignore=["govuk*", "moj*"])
    (path,) = settings.STATIC_ROOT.glob("site.*.css")
    return path.name


def test_static_files_alone_are_kept_for_ever(db, hashed):
    client = Client()

    response, unhashed = client.get(f"/static/{hashed}"), client.get("/static/site.css")
    for served in (response, unhashed):
        served.close()

    assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert "immutable" not in unhashed.headers["Cache-Control"]
    assert {response.headers["X-Content-Type-Options"], unhashed.headers["X-Content-Type-Options"]} == {"nosniff"}
    assert [name for name in ("Set-Cookie", "Vary") if name in response.headers and "Cookie" in response[name]] == []


# --- Whose house it is ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "127.0.0.1.evil.example", "a b", "localhost:x"]
)
def test_another_host_is_refused_everywhere(house, host):  # noqa: F811  (a fixture)
    client = signed_in("claire", raise_request_exception=False)

    answers = {
        name: (response.status_code, "evil" in response.text, _faults(response))
        for name in addresses()
        for response in [client.get(house.address(name), headers={"host": host})]
    }

    assert answers == dict.fromkeys(addresses(), (400, False, []))


def test_forwarded_host_changes_nothing(db):
    response = Client().get("/connexion/", headers={"x-forwarded-host": "evil.example"})

    assert (response.status_code, "evil.example" in response.text) == (200, False)


def test_letters_lead_to_the_house_s_own_address(db):
    """Links in mail come from a setting; a request's host never reaches them."""
    luc = acting("luc")
    link = enrolment.link_of(Invitation(user=luc.user))

    assert link.startswith(settings.SITE_ADDRESS + "/invitation/")


def test_session_cookies_of_a_served_house_belong_to_one_host(monkeypatch):
    """`__Host-` and Secure follow from the address of the site, in one place."""
    monkeypatch.setenv("SITE_ADDRESS", "https://cellule.example")

    served = runpy.run_path(str(settings.BASE_DIR / "cellule" / "settings.py"))

    told = {
        name: (served[f"{name}_COOKIE_NAME"], served.get(f"{name}_COOKIE_SECURE", served["SECURE_SITE"]))
        for name in ("SESSION", "CSRF", "VAULT")
    }
    assert served["SECURE_HSTS_SECONDS"] == 31_536_000
    assert told == {
        "SESSION": ("__Host-seance", True),
        "CSRF": ("__Host-jeton", True),
        "VAULT": ("__Host-cle", True),
    }


# --- What an account costs to ask about -------------------------------------------------------------


@pytest.fixture
def argon2_runs(monkeypatch) -> list[tuple[int, int, int]]:
    """The cost of each run of Argon2 from now on."""
    runs, real = [], slots.Argon2id

    def counted(**options):
        runs.append((options["memory_cost"], options["iterations"], options["lanes"]))
        return real(**options)

    monkeypatch.setattr(slots, "Argon2id", counted)
    return runs


def _asked(email: str, passphrase: str, network: int) -> list[str]:
    """The statements of one try to sign in, without their values."""
    client = Client(REMOTE_ADDR=f"10.0.{network}.1")
    client.get("/connexion/")
    with CaptureQueriesContext(connection) as captured:
        client.post("/connexion/", {"login": email, "password": passphrase})
    return [re.sub(r"'[^']*'|\d+", "?", query["sql"])[:60] for query in captured]


def test_wrong_unknown_inactive_and_unenrolled_cost_the_same(db, argon2_runs):
    """Same statements, one run of Argon2 of one cost: nothing to measure, even without the fixed time of answers."""
    luc, omar = (User.objects.get(email=PEOPLE[name].email) for name in ("luc", "omar"))
    User.objects.filter(pk=luc.pk).update(is_active=False)
    Slot.objects.filter(holder=omar.pk).delete()
    TOTP.activate(acting("joaquin").user, generate_totp_secret())
    argon2_runs.clear()
    tries = {
        "wrong": (PEOPLE["claire"].email, "six mots qui ne vont pas ici"),
        "wrong, with a second factor": (PEOPLE["joaquin"].email, "six mots qui ne vont pas ici"),
        "unknown": ("personne@cellule.example", PEOPLE["claire"].passphrase),
        "inactive": (luc.email, PEOPLE["luc"].passphrase),
        "never enrolled": (omar.email, PEOPLE["omar"].passphrase),
    }

    asked = {name: _asked(*said, network) for network, (name, said) in enumerate(tries.items())}

    assert list(asked.values()) == [asked["wrong"]] * 5
    assert len(asked["wrong"]) > 5
    cost = settings.SLOT_COST
    assert argon2_runs == [(cost["memory"], cost["passes"], cost["lanes"])] * 5


def test_right_passphrase_costs_one_run_too(db, argon2_runs):
    signed_in("claire")

    assert len(argon2_runs) == 1


def test_unlocking_and_confirming_cost_one_run_right_or_wrong(db, argon2_runs):
    client = signed_in("claire")
    client.post("/verrou/")
    argon2_runs.clear()

    counts = []
    for passphrase in ("faux", PEOPLE["claire"].passphrase):
        client.post("/verrou/ouvrir/", {"password": passphrase})
        counts.append(len(argon2_runs))
    for passphrase in ("faux", PEOPLE["claire"].passphrase):
        client.post("/compte/confirmer/", {"password": passphrase})
        counts.append(len(argon2_runs))

    assert counts == [1, 2, 3, 4]


def test_no_answer_comes_before_its_time(db, settings):
    settings.SIGN_IN_ANSWER_SECONDS = 0.25
    tries = [(PEOPLE["claire"].email, PEOPLE["claire"].passphrase), (PEOPLE["claire"].email, "x"), ("x@y.example", "x")]

    spent = []
    for email, passphrase in tries:
        begun = time.monotonic()
        Client().post("/connexion/", {"login": email, "password": passphrase})
        spent.append(time.monotonic() - begun)

    assert [seconds for seconds in spent if seconds < 0.25] == []


def test_failures_are_counted_alike_for_known_and_unknown_accounts(db):
    for email in (PEOPLE["claire"].email, "personne@cellule.example"):
        Client().post("/connexion/", {"login": email, "password": "x"})

    rows = FailedAttempt.objects.order_by("failures").values_list("failures", flat=True)
    # A pair and an account for each of the two, and the network they share.
    assert list(rows) == [1, 1, 1, 1, 2]
