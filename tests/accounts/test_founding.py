"""Founding a real house: `found` prints links and no passphrase, `found --seal` makes the root in front of custodians."""

import io
import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit.log.actor import Actor
from audit.log.models import Entry
from cellule.accounts import enrolment
from cellule.accounts.models import Organisation, User
from cellule.vault import rosters, secrets_file, words
from cellule.vault.custody import open_house
from cellule.vault.founding import SealedAlready, seal_house
from cellule.vault.identities import HOUSE
from cellule.vault.membership import WrongWords, enrolled_public
from cellule.vault.models import CustodianWrap, GroupWrap, HolderKeys, KeyGroup, Roster, Slot
from cellule.vault.sealing import CannotOpen

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = {
    "organisation": "Unité réelle",
    "supervisor": ["Sara Sup <sara@unite.example>", "Simon Sup <Simon@Unite.example>"],
    "administrator": ["Ada Admin <ada@unite.example>"],
    "auditor": ["Aude Audit <aude@unite.example>"],
    "privacy_officer": ["Pia Privée <pia@unite.example>"],
}
PEOPLE = ["sara", "simon", "ada", "aude", "pia"]
# What is not a house's own, and stays.
KEPT = ("django_migrations", "django_content_type", "auth_permission")


@pytest.fixture
def house(owner_connection, settings, tmp_path) -> Path:
    """A house that nobody has founded: empty tables, an empty folder. Gives the folder."""
    tables = owner_connection.execute(
        "SELECT schemaname || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname IN ('public', 'keys')"
        " AND tablename <> ALL (%s)",
        [list(KEPT)],
    ).fetchall()
    # Walls of what is only ever added to stand in the way of the owner too.
    walls = owner_connection.execute(
        "SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
    ).fetchall()
    for table, trigger in walls:
        owner_connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    owner_connection.execute(f"TRUNCATE {', '.join(name for (name,) in tables)}")
    for table, trigger in walls:
        owner_connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
    settings.DATA = tmp_path
    settings.SECRETS_FILE = tmp_path / "secrets" / "house.json"
    settings.FICTION = False
    rosters.forget_cache()
    return tmp_path


def _found(**changes: object) -> str:
    """What `manage.py found` prints."""
    out = io.StringIO()
    call_command("found", stdout=out, **{**OPTIONS, **changes})
    return out.getvalue()


def _enrol_all(printed: str) -> dict[str, str]:
    """Everybody opens their link in their browser; gives the passphrases."""
    links = re.findall(r"http\S+/invitation/\S+/", printed)
    return {name: _enrol(link.removeprefix(settings.SITE_ADDRESS)) for name, link in zip(PEOPLE, links, strict=True)}


def _enrol(path: str) -> str:
    client = Client()
    shown = client.get(path).context
    passphrase = " ".join(shown["passphrase"])
    client.post(path, {"token": shown["token"]})
    assert client.post(path, {"token": shown["token"], "typed": passphrase}).status_code == 200
    return passphrase


def _sign_in(name: str, passphrase: str) -> Client:
    client = Client()
    client.post("/connexion/", {"login": f"{name}@unite.example", "password": passphrase})
    return client


def _five_words(name: str) -> str:
    user = User.objects.get(email=f"{name}@unite.example")
    return words.fingerprint_words(enrolled_public(user.pk).fingerprint)


@pytest.fixture
def type_in(monkeypatch):
    """Answer the command's questions in turn; gives the list of questions."""

    def typed(*answers: str) -> list[str]:
        waiting, asked = iter(answers), []

        def answer(question: str = "") -> str:
            asked.append(question)
            return next(waiting)

        monkeypatch.setattr("builtins.input", answer)
        return asked

    return typed


def _seal(type_in, *typed: str) -> str:
    """What `manage.py found --seal` prints; the custodians press Enter six times."""
    out = io.StringIO()
    type_in(*typed, *[""] * 6)
    call_command("found", seal=True, stdout=out)
    return out.getvalue()


def _made() -> dict[str, int]:
    return {
        model.__name__: model._default_manager.count() for model in (KeyGroup, Roster, CustodianWrap, GroupWrap)
    } | {"house keys": HolderKeys.objects.filter(holder=HOUSE).count()}


NOTHING = {"KeyGroup": 0, "Roster": 0, "CustodianWrap": 0, "GroupWrap": 0, "house keys": 0}


# --- found ------------------------------------------------------------------------------------------


def test_before_the_founding_one_page_says_so(house):
    client = Client()

    pages = {path: client.get(path) for path in ("/", "/connexion/", "/dossiers/", "/administration/")}

    assert {page.status_code for page in pages.values()} == {200}
    assert {page.templates[0].name for page in pages.values()} == {"accounts/not_founded.html"}
    assert [client.get(path).status_code for path in ("/aide/", "/sante/")] == [200, 204]


def test_found_makes_the_unit_its_people_and_a_link_for_each(house):
    printed = _found()

    assert Organisation.objects.get().name == "Unité réelle"
    people = {user.email: user.role for user in User.objects.all()}
    assert people == {
        "sara@unite.example": "supervisor",
        "simon@unite.example": "supervisor",
        "ada@unite.example": "administrator",
        "aude@unite.example": "auditor",
        "pia@unite.example": "privacy_officer",
    }
    assert printed.count("/invitation/") == 5
    assert Entry.objects.filter(action="accounts.founded", actor_id=Actor.system().id).count() == 1
    assert Entry.objects.filter(action="accounts.invited").count() == 5


def test_secrets_are_their_owner_s_alone(house):
    _found()

    path = settings.SECRETS_FILE
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert (secrets_file.read().pin, len(secrets_file.read().server)) == ("", 32)


def test_terminal_shows_no_passphrase_and_no_key(house):
    """Passphrases are made when a person opens their link, so none exists yet; the secrets stay in their file."""
    printed = _found()
    secrets = secrets_file.read()

    passphrases = _enrol_all(printed)

    assert [phrase for phrase in passphrases.values() if phrase in printed] == []
    assert [key for key in (secrets.server, *secrets.peppers.values()) if key.hex() in printed] == []


@pytest.mark.parametrize("wrong", ["Sara", "sara@unite.example", "Sara <sara>", "<sara@unite.example>"])
def test_person_in_another_form_founds_nothing(house, wrong):
    with pytest.raises(CommandError, match="NAME <E-MAIL>"):
        _found(supervisor=[wrong])

    assert (Organisation.objects.count(), User.objects.count(), secrets_file.is_founded()) == (0, 0, False)


def test_house_is_founded_once(house):
    _found()
    before = settings.SECRETS_FILE.read_bytes()

    with pytest.raises(CommandError, match="founded already"):
        _found(organisation="Une autre")

    assert (Organisation.objects.count(), User.objects.count()) == (1, 5)
    assert settings.SECRETS_FILE.read_bytes() == before


def test_founding_that_broke_off_after_the_secrets_goes_on(house):
    secrets_file.make()
    before = settings.SECRETS_FILE.read_bytes()

    _found()

    assert (Organisation.objects.count(), settings.SECRETS_FILE.read_bytes()) == (1, before)


def test_questions_are_asked_for_what_no_option_says(house, type_in):
    asked = type_in(
        "Unité", "Sara Sup <s@u.example>", "", "Ada <a@u.example>", "Aude <b@u.example>", "Pia <p@u.example>"
    )
    out = io.StringIO()

    call_command("found", stdout=out)

    assert len(asked) == 6
    assert out.getvalue().count("/invitation/") == 4


# --- found --seal -----------------------------------------------------------------------------------


def test_whole_founding_from_the_empty_house_to_the_first_roots(house, type_in):
    passphrases = _enrol_all(_found())
    waiting = _sign_in("sara", passphrases["sara"])
    assert " ".join(waiting.get("/attente/").context["words"]) == _five_words("sara")

    printed = _seal(type_in, _five_words("sara").upper(), _five_words("simon"))

    pin = secrets_file.read().pin
    assert HolderKeys.objects.get(holder=HOUSE).fingerprint == pin
    assert pin in printed
    assert (_made()["Roster"], _made()["GroupWrap"]) == (2, 0)
    # The supervisor's next request makes the roots; then she lets the others in.
    assert waiting.get("/attente/")["Location"] == "/"
    assert waiting.get("/").status_code == 200
    assert {roster.body.epoch for roster in rosters.verified_all().values()} == {1}
    assert _sign_in("simon", passphrases["simon"]).get("/equipe/").status_code == 200
    for name in ("aude", "pia"):
        person = User.objects.get(email=f"{name}@unite.example")
        assert waiting.post(f"/equipe/{person.pk}/admettre/", {"typed": _five_words(name)}).status_code == 302
        assert _sign_in(name, passphrases[name]).get("/audit/journal/").status_code == 200


def test_two_sheets_open_the_house_and_one_does_not(house, type_in):
    _enrol_all(_found())
    printed = _seal(type_in, _five_words("sara"), _five_words("simon"))
    parts = re.split(r"Sheet ([ABC]),.*", printed)
    sheets = {
        name: " ".join(re.findall(r"^\s*\d+\. (\S+)$", text, re.MULTILINE))
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }

    assert {name: len(sheet.split()) for name, sheet in sheets.items()} == {"A": 24, "B": 24, "C": 24}
    for pair in ("AB", "AC", "BC"):
        opened = open_house({name: sheets[name] for name in pair})
        assert opened.public.fingerprint == secrets_file.read().pin
    with pytest.raises(CannotOpen):
        open_house({"A": sheets["A"]})


def test_each_sheet_is_cleared_before_the_next(house, type_in):
    _enrol_all(_found())

    printed = _seal(type_in, _five_words("sara"), _five_words("simon"))

    assert printed.count("\033[2J\033[3J") == 3
    assert [printed.index(f"Sheet {name}") for name in "ABC"] == sorted(
        printed.index(f"Sheet {name}") for name in "ABC"
    )


def test_house_root_is_kept_nowhere(house, type_in):
    _enrol_all(_found())
    printed = _seal(type_in, _five_words("sara"), _five_words("simon"))
    sheet = " ".join(re.findall(r"^\s*\d+\. (\S+)$", printed.split("Sheet B")[0], re.MULTILINE))

    lying = settings.SECRETS_FILE.read_text(encoding="utf-8")
    assert [word for word in (sheet, words.sheet_secret(sheet).hex()) if word in lying] == []
    assert GroupWrap.objects.filter(holder=HOUSE).count() == 0


@pytest.mark.parametrize("wrong", ["blond adopter pelage goupille daigner", "x", "the words of the other"])
def test_wrong_words_make_nothing(house, type_in, wrong):
    _enrol_all(_found())
    type_in(_five_words("sara"), _five_words("sara") if wrong.startswith("the") else wrong)

    with pytest.raises(CommandError, match="Nothing was made"):
        call_command("found", seal=True, stdout=io.StringIO())

    assert (_made(), secrets_file.read().pin) == (NOTHING, "")


def test_house_is_sealed_once(house, type_in):
    _enrol_all(_found())
    _seal(type_in, _five_words("sara"), _five_words("simon"))
    before = settings.SECRETS_FILE.read_bytes(), _made()
    type_in(_five_words("sara"), _five_words("simon"))

    with pytest.raises(CommandError, match="sealed already"):
        call_command("found", seal=True, stdout=io.StringIO())

    assert (settings.SECRETS_FILE.read_bytes(), _made()) == before


def test_nothing_is_sealed_before_the_founding_or_before_a_supervisor_has_keys(house):
    with pytest.raises(CommandError, match="Found the house first"):
        call_command("found", seal=True)
    _found()
    with pytest.raises(CommandError, match="No supervisor has enrolled"):
        call_command("found", seal=True)

    assert (_made(), Slot.objects.count()) == (NOTHING, 0)


def test_supervisor_who_has_not_enrolled_is_not_in_the_first_rosters(house, type_in):
    links = re.findall(r"http\S+/invitation/\S+/", _found())
    _enrol(links[0].removeprefix(settings.SITE_ADDRESS))

    _seal(type_in, _five_words("sara"))

    sara = User.objects.get(email="sara@unite.example")
    assert {member.user for roster in rosters.verified_all().values() for member in roster.body.members} == {sara.pk}


# --- Broken off in the middle -----------------------------------------------------------------------


def _heard() -> list[tuple]:
    return [(User.objects.get(email=f"{name}@unite.example").pk, _five_words(name)) for name in ("sara", "simon")]


def test_sealing_that_fails_takes_its_pin_back(house, owner_connection):
    _enrol_all(_found())
    role = connection.ops.quote_name(connection.settings_dict["USER"])
    owner_connection.execute(f"REVOKE INSERT ON log_entry FROM {role}")

    with pytest.raises(Exception, match="permission denied"):
        seal_house(_heard(), Actor.system())

    assert (_made(), secrets_file.read().pin) == (NOTHING, "")
    owner_connection.execute(f"GRANT INSERT ON log_entry TO {role}")
    assert seal_house(_heard(), Actor.system()).fingerprint == secrets_file.read().pin


@pytest.mark.usefixtures("real_words")  # which the ceremony's process works out for itself
def test_kill_between_the_pin_and_the_commit_is_recovered_from(house, owner_connection, postgres_server):
    """The ceremony's process is held up by a lock after it has pinned, and killed; the next ceremony works."""
    _enrol_all(_found())
    # The words, and Enter twice for each of the three sheets.
    typed = "".join(f"{five}\n" for _, five in _heard()) + "\n" * 6
    owner_connection.autocommit = False
    owner_connection.execute("LOCK TABLE keys.vault_keygroup IN SHARE ROW EXCLUSIVE MODE")

    ceremony = subprocess.Popen(
        [sys.executable, "manage.py", "found", "--seal"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cellule.settings",
            "DATABASE_URL": postgres_server.url(connection.settings_dict["USER"], connection.settings_dict["NAME"]),
            "DATA": str(house),
            "FICTION": "0",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    ceremony.stdin.write(typed)
    ceremony.stdin.flush()
    deadline = time.monotonic() + 30
    while not secrets_file.read().pin:
        assert ceremony.poll() is None, "the ceremony ended by itself"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    ceremony.kill()
    ceremony.communicate()
    owner_connection.rollback()
    owner_connection.autocommit = True

    left = secrets_file.read().pin
    assert (bool(left), _made()) == (True, NOTHING)
    sheets = seal_house(_heard(), Actor.system())
    assert (secrets_file.read().pin, sheets.fingerprint == left) == (sheets.fingerprint, False)
    assert set(rosters.verified_all()) == set(KeyGroup.objects.values_list("pk", flat=True))


def test_pin_of_another_house_is_not_overwritten_by_a_roster(house, type_in):
    """The pin is what a database cannot change: another database under the same secrets file is refused."""
    _enrol_all(_found())
    _seal(type_in, _five_words("sara"), _five_words("simon"))

    with pytest.raises(ValueError, match="pinned already"):
        secrets_file.pin("ab" * 32)
    with pytest.raises(SealedAlready):
        seal_house(_heard(), Actor.system())
    with pytest.raises(WrongWords):
        seal_house([(User.objects.first().pk, "x")], Actor.system())


def test_links_of_the_founding_end_like_any_other(house, time_machine):
    link = re.findall(r"http\S+/invitation/\S+/", _found())[0]
    assert enrolment.invitation_of(link.rstrip("/").rpartition("/")[2]) is not None
    time_machine.move_to(timezone.now() + timedelta(hours=settings.INVITATION_HOURS, seconds=1))

    assert Client().get(link.removeprefix(settings.SITE_ADDRESS)).status_code == 404
