"""The ceremonies at the terminal: what is asked, what is said of a wrong answer, and what a kill at any point leaves."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.management import CommandError, call_command
from django.db import connection

from audit.log.models import Entry
from cellule.accounts.models import User
from cellule.vault import rosters, secrets_file
from cellule.vault.custody import open_house
from cellule.vault.models import CustodianWrap, HouseTurn, Slot
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import group_id
from tests.people import acting
from tests.vault.ceremonies import sheets, two
from tests.world import PEOPLE

__all__ = ["sheets"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def type_in(monkeypatch):
    """Answer the questions in turn, the passphrase among them; gives what was asked."""

    def typed(*answers: str) -> list[str]:
        waiting, asked = iter(answers), []

        def answer(question: str = "") -> str:
            asked.append(question)
            return next(waiting)

        monkeypatch.setattr("builtins.input", answer)
        monkeypatch.setattr("cellule.accounts.terminal.getpass", answer)
        return asked

    return typed


def _run(*words: str, **options: object) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def _acts(*actions: str) -> list[str]:
    return list(Entry.objects.of_action(*actions).order_by("at").values_list("action", flat=True))


# --- Who acts ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_drill_of_all_three_proves_each_pair(sheets, type_in):
    type_in("A B C", *sheets.values())

    said = _run("custodians", "drill")

    assert [line for line in said.splitlines() if "open the house root" in line] == [
        f"{pair[0]} and {pair[1]} open the house root {secrets_file.read().pin[:16]}." for pair in ("AB", "AC", "BC")
    ]
    assert _acts("vault.house_drilled") == ["vault.house_drilled"] * 3


@pytest.mark.django_db
def test_wrong_word_is_asked_again_by_its_number(sheets, type_in):
    wrong = sheets["A"].split()
    wrong[4] = "motinconnu"
    type_in("A B", " ".join(wrong), sheets["A"], sheets["B"])

    said = _run("custodians", "drill")

    assert "Sheet A: not on the list of words: number 5." in said
    assert [word for word in {*wrong, *sheets["A"].split(), *sheets["B"].split()} if f" {word} " in said] == []


@pytest.mark.django_db
def test_sheets_that_do_not_belong_together_change_nothing(sheets, type_in):
    type_in("A B", sheets["A"], sheets["C"])

    with pytest.raises(CommandError, match="do not belong together.*Nothing was changed"):
        _run("custodians", "drill")

    assert _acts("vault.house_drilled") == []


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["A", "x y"])
def test_one_custodian_is_not_enough(sheets, type_in, answer):
    type_in(answer)

    with pytest.raises(CommandError, match="takes 2 or 3 custodians"):
        _run("custodians", "drill")


@pytest.mark.django_db
def test_new_root_takes_a_person_s_passphrase_and_two_sheets(sheets, type_in):
    type_in(PEOPLE["mireille"].email, PEOPLE["mireille"].passphrase, "A B", sheets["A"], sheets["B"], *[""] * 6)
    before = secrets_file.read().pin

    said = _run("custodians", "turn")

    assert secrets_file.read().pin != before
    assert secrets_file.read().pin in said
    (entry,) = Entry.objects.of_action("vault.house_turned")
    assert entry.actor_id == str(User.objects.get(email=PEOPLE["mireille"].email).pk)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["wrong words", "caseworker", "nobody"])
def test_whoever_may_not_is_refused_before_a_sheet_is_shown(sheets, type_in, who):
    claire = PEOPLE["claire"]
    answers = {
        "wrong words": (PEOPLE["mireille"].email, claire.passphrase),
        "caseworker": (claire.email, claire.passphrase),
        "nobody": ("personne@cellule.example", PEOPLE["mireille"].passphrase),
    }
    asked = type_in(*answers[who])
    before = secrets_file.read()

    with pytest.raises(CommandError, match="Nothing was done"):
        _run("custodians", "turn")

    assert (len(asked), secrets_file.read()) == (2, before)


@pytest.mark.django_db
def test_second_factor_is_asked_for(sheets, type_in):
    secret = generate_totp_secret()
    TOTP.activate(User.objects.get(email=PEOPLE["mireille"].email), secret)
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret, counter))
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    before = secrets_file.read().pin
    type_in(PEOPLE["mireille"].email, PEOPLE["mireille"].passphrase, wrong)
    with pytest.raises(CommandError, match="do not go together"):
        _run("custodians", "turn")
    assert secrets_file.read().pin == before

    type_in(PEOPLE["mireille"].email, PEOPLE["mireille"].passphrase, code, "A B", sheets["A"], sheets["B"], *[""] * 6)
    _run("custodians", "turn")

    assert secrets_file.read().pin != before


@pytest.mark.django_db
def test_house_that_requires_a_second_factor_takes_nobody_without(sheets, type_in, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    type_in(PEOPLE["mireille"].email, PEOPLE["mireille"].passphrase)

    with pytest.raises(CommandError, match="set up your second factor"):
        _run("custodians", "turn")


@pytest.mark.django_db
def test_new_sheet_replaces_the_one_who_is_away(sheets, type_in):
    type_in(PEOPLE["mireille"].email, PEOPLE["mireille"].passphrase, "A C", sheets["A"], sheets["C"], "", "")

    said = _run("custodians", "replace")

    assert "Sheet B," in said
    with pytest.raises(CannotOpen):
        open_house(two(sheets, "AB"))


# --- Recovery ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_recover_lets_somebody_in_who_has_enrolled_anew(sheets, type_in, client):
    """The link is opened in a browser while the command waits."""
    asked: dict[str, str] = {}
    out = io.StringIO()

    def enrol(question: str = "") -> str:
        address = next(word for word in out.getvalue().split() if "/invitation/" in word)
        path = address[address.index("/invitation/") :]
        shown = client.get(path).context
        asked["passphrase"] = " ".join(shown["passphrase"])
        client.post(path, {"token": shown["token"]})
        client.post(path, {"token": shown["token"], "typed": asked["passphrase"]})
        return ""

    answers = iter(
        [
            "A B",
            sheets["A"],
            sheets["B"],
            PEOPLE["mireille"].email,
            "yes",
            enrol,
            PEOPLE["mireille"].email,
            "passphrase",
        ]
    )

    def answer(question: str = "") -> str:
        given = next(answers)
        return given() if callable(given) else asked.get(given, given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.input", answer)
        patch.setattr("cellule.accounts.terminal.getpass", answer)
        call_command("recover", stdout=out)

    assert "Mireille Fictive-Roy is in (intake, unit)" in out.getvalue()
    assert asked["passphrase"] not in out.getvalue()
    assert rosters.verified(group_id("unit")).body.epoch == 2
    assert _acts("vault.recovered") == ["vault.recovered"]


@pytest.mark.django_db
def test_recover_makes_lost_secrets_again(sheets, type_in, settings):
    pin = secrets_file.read().pin
    settings.SECRETS_FILE.unlink()
    rosters.forget_cache()
    # Whoever is to be let in comes in the next run: the site has to be started again first.
    type_in("B C", sheets["B"], sheets["C"], "yes", "personne@cellule.example")

    with pytest.raises(CommandError, match="Nobody of the unit"):
        _run("recover")

    assert (secrets_file.read().pin, secrets_file.read().peppers.keys()) == (pin, {2})
    assert _acts("vault.secrets_made_again") == ["vault.secrets_made_again"]


@pytest.mark.django_db
def test_recover_is_nothing_for_people_of_an_agency(sheets, type_in):
    type_in("A B", sheets["A"], sheets["B"])

    with pytest.raises(CommandError, match="Nobody of the unit"):
        _run("recover", person=PEOPLE["noor"].email)


# --- Peppers ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_pepper_is_turned_and_the_old_one_goes_when_nobody_needs_it(sheets):
    assert "pepper 2 (newest): 0 slots" in _run("pepper", turn=True)
    with pytest.raises(CommandError, match="slots still lie under pepper 1"):
        _run("pepper", drop=1)
    for name in PEOPLE:
        acting(name)

    said = _run("pepper", drop=1)

    assert said.strip() == f"pepper 2 (newest): {len(PEOPLE)} slots"
    assert acting("claire").is_admitted
    assert _acts("vault.pepper_turned", "vault.pepper_dropped") == ["vault.pepper_turned", "vault.pepper_dropped"]


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "why"), [(1, "newest"), (9, "no pepper 9")])
def test_other_peppers_are_not_dropped(sheets, number, why):
    with pytest.raises(CommandError, match=why):
        _run("pepper", drop=number)

    assert secrets_file.read().peppers.keys() == {1}


@pytest.mark.django_db
def test_turn_of_the_pepper_broken_off_before_its_entry_is_finished_and_not_done_twice(sheets):
    secrets_file.add_pepper()

    _run("pepper", turn=True)

    assert (secrets_file.read().pepper_number, _acts("vault.pepper_turned")) == (2, ["vault.pepper_turned"])


# --- Killed -----------------------------------------------------------------------------------------


def _process(settings, server, *words: str) -> subprocess.Popen:
    role, database = connection.settings_dict["USER"], connection.settings_dict["NAME"]
    return subprocess.Popen(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cellule.settings",
            "DATABASE_URL": server.url(role, database),
            "DATA": str(settings.DATA),
            "SECRETS_FILE_PATH": str(settings.SECRETS_FILE),
            "FICTION": "1",
            "SECOND_FACTOR_REQUIRED": "0",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # Without a terminal of its own the passphrase is read from the pipe too.
        start_new_session=True,
    )


def _until(condition, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "the command ended by itself"
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _turn_answers(sheets) -> str:
    answers = [PEOPLE["mireille"].email, PEOPLE["mireille"].passphrase, "A B", sheets["A"], sheets["B"], *[""] * 6]
    return "".join(f"{answer}\n" for answer in answers)


@pytest.mark.parametrize("held", ["vault_houseturn", "vault_custodianwrap", "vault_groupwrap", "log_entry"])
def test_turn_killed_before_its_commit_leaves_the_old_sheets(owner_connection, sheets, settings, postgres_server, held):
    """Held up by a lock at each of its writes, after the new root was announced, and killed there."""
    before = secrets_file.read().pin
    wraps = {row.pair: bytes(row.wrap) for row in CustodianWrap.objects.all()}
    with _process(settings, postgres_server, "custodians", "turn") as process:
        process.stdin.write(_turn_answers(sheets)[: -len("\n" * 6)])
        process.stdin.flush()
        _until(lambda: Entry.objects.of_action("accounts.signed_in").exists(), process)
        owner_connection.autocommit = False
        owner_connection.execute(f"LOCK TABLE {held} IN SHARE ROW EXCLUSIVE MODE")
        process.stdin.write("\n" * 6)
        process.stdin.flush()
        _until(lambda: secrets_file.read().next_pin, process)
        time.sleep(0.5)
        process.kill()
    owner_connection.rollback()
    rosters.forget_cache()

    assert (secrets_file.read().pin, HouseTurn.objects.count()) == (before, 0)
    assert {row.pair: bytes(row.wrap) for row in CustodianWrap.objects.all()} == wraps
    assert open_house(two(sheets)).fingerprint == before
    assert acting("claire").is_admitted
    owner_connection.autocommit = True


def test_turn_killed_while_the_sheets_are_written_down_leaves_the_old_ones(
    transactional_db, sheets, settings, postgres_server
):
    before = secrets_file.read()
    with _process(settings, postgres_server, "custodians", "turn") as process:
        process.stdin.write(_turn_answers(sheets)[: -len("\n" * 3)])
        process.stdin.flush()
        said = ""
        while "Sheet B," not in said:
            said = process.stdout.readline()
            assert said != ""
        process.kill()

    assert (secrets_file.read(), open_house(two(sheets)).fingerprint) == (before, before.pin)


def test_rewriting_killed_at_a_table_is_begun_again(owner_connection, sheets, settings, postgres_server):
    slots = sorted(Slot.objects.values_list("pk", flat=True))
    owner_connection.autocommit = False
    owner_connection.execute("LOCK TABLE keys.vault_slot IN ACCESS SHARE MODE")
    with _process(settings, postgres_server, "rewrite_keys") as process:
        _until(lambda: Entry.objects.of_action("vault.keys_rewritten").count() >= 3, process)
        process.kill()
    owner_connection.rollback()
    owner_connection.autocommit = True

    assert sorted(Slot.objects.values_list("pk", flat=True)) == slots
    with _process(settings, postgres_server, "rewrite_keys") as process:
        process.communicate(timeout=120)
    assert process.returncode == 0
    assert sorted(Slot.objects.values_list("pk", flat=True)) == slots
