"""What a real house refuses to start with: each reason alone, and a house in order as the control."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from cellule.ground.refusal import refusals, refuse_to_start
from cellule.vault import checks, rosters, secrets_file
from cellule.vault.models import HolderKeys
from tests.vault.ceremonies import sheets

__all__ = ["sheets"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def real_house(sheets, settings):
    """In order: as dear as the design asks, with its secrets, served by the run-time role."""
    settings.FICTION = False
    settings.SLOT_COST = dict(checks.FLOOR)
    return settings


def _reasons() -> list[str]:
    return [message.id for message in refusals()]


@pytest.mark.django_db
def test_house_in_order_starts(real_house):
    assert _reasons() == []
    refuse_to_start()


@pytest.mark.django_db
def test_debug_is_refused(real_house):
    real_house.DEBUG = True

    assert _reasons() == ["vault.E001"]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "less"), [("memory", 64 * 1024 - 1), ("passes", 2), ("lanes", 0)])
def test_cheap_passphrases_are_refused(real_house, name, less):
    real_house.SLOT_COST = {**checks.FLOOR, name: less}

    assert _reasons() == ["vault.E002"]


@pytest.mark.django_db
def test_missing_mlkem_is_refused(real_house, monkeypatch):
    """As with a library of cryptography that was built without it."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

    class Without(MLKEM768PrivateKey):
        @classmethod
        def generate(cls):
            raise UnsupportedAlgorithm("ML-KEM-768")

    monkeypatch.setattr(checks, "MLKEM768PrivateKey", Without)

    assert _reasons() == ["vault.E003"]


@pytest.mark.django_db
def test_lost_secrets_file_is_refused(real_house):
    real_house.SECRETS_FILE.unlink()

    assert _reasons() == ["vault.E004"]


@pytest.mark.django_db
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_readable_secrets_file_is_refused(real_house, mode):
    real_house.SECRETS_FILE.chmod(mode)

    assert _reasons() == ["vault.E005"]


@pytest.mark.django_db
def test_folder_in_which_others_could_put_another_file_is_refused(real_house):
    real_house.SECRETS_FILE.parent.chmod(0o770)

    assert _reasons() == ["vault.E005"]


@pytest.mark.django_db
def test_torn_secrets_file_is_refused(real_house):
    real_house.SECRETS_FILE.write_text('{"server": ')

    assert _reasons() == ["vault.E006"]


def _changed(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes))


@pytest.mark.django_db
@pytest.mark.parametrize("peppers", [{}, {"1": "c2hvcnQ="}])
def test_missing_or_short_pepper_is_refused(real_house, peppers):
    _changed(real_house.SECRETS_FILE, peppers=peppers)

    assert _reasons() == ["vault.E007"]


@pytest.mark.django_db
def test_pepper_of_some_slots_that_is_lost_is_told_and_starts(real_house):
    """Whoever is locked out enrols anew; for that the house has to be served."""
    number = secrets_file.read().pepper_number
    secrets_file.add_pepper()
    secrets_file.drop_pepper(number)

    assert ([message.id for message in checks.check_secrets_file(None)], _reasons()) == (["vault.W001"], [])


@pytest.mark.django_db
def test_unpinned_house_is_refused(real_house):
    secrets_file.unpin()

    assert _reasons() == ["vault.E008"]


@pytest.mark.django_db
def test_pin_that_the_database_does_not_know_is_refused(real_house):
    """Another house's secrets file, or a database from before the root was turned."""
    _changed(real_house.SECRETS_FILE, pin="ab" * 32)
    assert not HolderKeys.objects.filter(pk="ab" * 32).exists()

    assert _reasons() == ["vault.E008"]


@pytest.mark.parametrize(
    "may",
    [
        "GRANT UPDATE ON log_entry TO cellule_app",
        "GRANT DELETE ON log_entry TO cellule_app",
        "GRANT TRUNCATE ON log_entry TO cellule_app",
        "GRANT TRIGGER ON log_entry TO cellule_app",
    ],
)
def test_role_that_could_change_the_log_is_refused(owner_connection, real_house, may):
    assert _reasons() == []
    owner_connection.execute(may)

    assert _reasons() == ["vault.E009"]


def test_owner_as_the_role_that_serves_is_refused(owner_connection, real_house, postgres_server):
    """Not the rights alone: whoever owns the table can give them to themselves."""
    from cellule.ground import roles

    with postgres_server.connect(roles.OWNER, connection.settings_dict["NAME"]) as session:
        session.execute("REVOKE ALL ON log_entry FROM cellule_owner")
        (may,) = session.execute(checks._MAY_WRITE_THE_LOG).fetchone()
        session.rollback()

    assert may is True


@pytest.mark.django_db
def test_fictional_house_starts_with_anything(real_house):
    real_house.FICTION = True
    real_house.DEBUG = True

    assert _reasons() == []


@pytest.mark.django_db
def test_process_ends_with_every_reason(real_house):
    real_house.DEBUG = True
    secrets_file.unpin()

    with pytest.raises(SystemExit) as ended:
        refuse_to_start()

    assert [line.split(":")[0].strip() for line in str(ended.value).splitlines()[1:]] == ["vault.E001", "vault.E008"]
    assert str(ended.value).startswith("This house does not start")


# --- As processes -----------------------------------------------------------------------------------

SERVED = {
    "web": ["-c", "import cellule.wsgi"],
    "relay": ["manage.py", "relay"],
    "worker": ["-m", "celery", "--quiet", "--app", "cellule.celery", "worker", "--pool=solo", "--loglevel=WARNING"],
    "check": ["manage.py", "check", "--deploy", "--tag", "house"],
}


@pytest.mark.parametrize("name", SERVED)
def test_served_process_of_an_unsafe_house_ends_at_its_start(
    transactional_db, sheets, settings, postgres_server, name, tmp_path
):
    settings.SECRETS_FILE.chmod(0o644)
    rosters.forget_cache()
    role, database = connection.settings_dict["USER"], connection.settings_dict["NAME"]

    ended = subprocess.run(
        [sys.executable, *SERVED[name]],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cellule.settings",
            "DATABASE_URL": postgres_server.url(role, database),
            "DATA": str(tmp_path),
            "FICTION": "0",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode != 0
    told = ended.stdout + ended.stderr
    assert "vault.E005" in told
    assert "Traceback" not in told
