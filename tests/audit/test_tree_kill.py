"""The promise of the sequencer, kept by real processes: killed at any step, no entry loses its place or gets two."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as house
from django.db import connection, transaction

from audit.log import key
from audit.log.models import Checkpoint, Entry, Leaf
from audit.log.record import record
from audit.log.sequencer import NotAlone, Sequencer
from cellule.ground import roles
from tests.audit.tree import found
from tests.database import NAME

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def environment(settings, tmp_path, postgres_server) -> dict[str, str]:
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {}
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "cellule.settings",
        "DATABASE_URL": postgres_server.url(roles.RUNTIME, NAME),
        "DATA": str(tmp_path / "data"),
        "LOG_KEY_FILE_PATH": str(settings.LOG_KEY_FILE),
        "LOG_WITNESSES": "",
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": str(house.BASE_DIR),
    }


def sequence_what_is_left() -> None:
    """The server may need a moment to see that who held the lock is dead."""
    for _ in range(50):
        try:
            sequencer = Sequencer()
        except NotAlone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.1)")
        else:
            while sequencer.work():
                pass
            sequencer.close()
            return


@pytest.mark.parametrize("changing", [False, True], ids=["entries", "change of keys"])
def test_sequencer_killed_at_every_step_loses_nothing(environment, act, actor, changing):
    with transaction.atomic():
        for _ in range(300):
            record(act, by=actor)
    if changing:
        sequence_what_is_left()
        key.prepare_change()

    script = [sys.executable, "tests/audit/dying_sequencer.py"]
    done = subprocess.run(script, env=environment, cwd=house.BASE_DIR, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 5
    sequence_what_is_left()
    assert Leaf.objects.count() == Entry.objects.count()
    assert sum(bool(each.statement.next_key) for each in Checkpoint.objects.all()) == changing
    assert found() == ("", "")


def test_sequencers_killed_while_people_work_lose_nothing(environment, act, actor):
    """The real command, killed again and again while entries are written."""
    command = [sys.executable, "manage.py", "sequencer"]
    for _ in range(3):
        before, written = Checkpoint.objects.count(), 0
        with subprocess.Popen(command, env=environment, cwd=house.BASE_DIR, stdout=subprocess.DEVNULL) as process:
            while Checkpoint.objects.count() == before and written < 20_000:
                with transaction.atomic():
                    record(act, by=actor)
                written += 1
            process.kill()

    sequence_what_is_left()
    assert Leaf.objects.count() == Entry.objects.count()
    assert Checkpoint.objects.count() >= 3
    assert found() == ("", "")
