"""What `make run` refuses in one sentence, what it hands to whom, and what it says at the end."""

import json
import socket

import pytest
from django.core.management import CommandError, call_command

from cellule.ground import serve
from cellule.ground.postgres import NotStarted
from cellule.management.commands import migrate

OWNER = "postgresql://cellule_owner:o@/house"
RUNTIME = "postgresql://cellule_app:r@/house"


@pytest.fixture
def house(monkeypatch, tmp_path):
    """A house over an empty folder, with a database of one's own."""
    monkeypatch.setenv("DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", RUNTIME)
    monkeypatch.setenv("DATABASE_OWNER_URL", OWNER)
    monkeypatch.delenv("FICTION", raising=False)
    return serve.House()


def test_taken_port_is_told_with_another(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))

        with pytest.raises(NotStarted, match=f"Port {port} is taken; choose another: make run PORT={port + 1}"):
            serve.House().run()


def test_half_of_a_database_of_ones_own_is_refused(house, monkeypatch):
    monkeypatch.delenv("DATABASE_OWNER_URL")

    with pytest.raises(NotStarted, match="DATABASE_URL and DATABASE_OWNER_URL go together"):
        house._open_database()


def test_served_programs_never_see_the_owner(house):
    house._open_database()

    assert house.owner == OWNER
    assert house.environment["DATABASE_URL"] == RUNTIME
    assert [value for value in house.environment.values() if "cellule_owner" in value] == []


def test_database_of_ones_own_gets_no_fictional_people_unasked(house):
    house._open_database()

    assert house.is_fictional is False


def test_screen_tells_the_address_and_who_can_sign_in(tmp_path, capsys):
    people = [
        {"role": "Caseworker", "name": "Amina Roy", "email": "amina@example.org", "passphrase": "six mots de la liste"},
        {
            "role": "Auditor",
            "name": "Luc Fy",
            "email": "luc@example.org",
            "passphrase": "autres mots",
            "note": "locked",
        },
    ]
    (tmp_path / "fiction.json").write_text(json.dumps(people))

    serve.say_screen("http://127.0.0.1:8000", tmp_path, fictional=True)

    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == f"Cellule is at http://127.0.0.1:8000/ (Ctrl-C stops it; its data are in {tmp_path})"
    assert lines[4:6] == [
        "Caseworker  Amina Roy  amina@example.org  six mots de la liste",
        "Auditor     Luc Fy     luc@example.org    autres mots           locked",
    ]


def test_screen_of_a_real_house_shows_nobody(tmp_path, capsys):
    (tmp_path / "fiction.json").write_text(json.dumps([{"email": "amina@example.org"}]))

    serve.say_screen("http://127.0.0.1:8000", tmp_path, fictional=False)

    assert "amina@example.org" not in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_server_that_is_too_old_is_refused_before_anything_changes(monkeypatch):
    monkeypatch.setattr(migrate, "MAJOR", 99)

    with pytest.raises(CommandError, match=r"PostgreSQL 18.*99"):
        call_command("migrate", verbosity=0)
