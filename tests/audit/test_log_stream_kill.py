"""The endless stream, killed while entries come: it goes on where it was left, and every entry arrives at least once."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as house
from django.db import transaction

from audit.log.models import Leaf, StreamPosition
from audit.log.record import record
from cellule.ground import roles
from tests.audit.tree import sequence
from tests.database import NAME

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 120


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
        "LOG_STREAM": f"file://{tmp_path / 'entries.jsonl'}",
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": str(house.BASE_DIR),
    }


def _positions(file: Path) -> list[int]:
    """The places that stand there in whole lines."""
    words = file.read_bytes() if file.exists() else b""
    return [json.loads(line)["position"] for line in words.splitlines(keepends=True) if line.endswith(b"\n")]


def _wait_for(happens) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not happens():
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.1)


def test_stream_killed_while_entries_come_loses_none(environment, tmp_path, act, actor):
    command, file = [sys.executable, "manage.py", "stream_audit"], tmp_path / "entries.jsonl"
    for _kill in range(2):
        with transaction.atomic():
            for _ in range(1200):
                record(act, by=actor)
        sequence()
        before = len(_positions(file))
        with subprocess.Popen(command, env=environment, cwd=house.BASE_DIR) as process:
            _wait_for(lambda known=before: len(_positions(file)) > known)
            process.send_signal(signal.SIGKILL)

    everything = Leaf.objects.count()
    with subprocess.Popen(command, env=environment, cwd=house.BASE_DIR) as process:
        _wait_for(lambda: StreamPosition.objects.get().following == everything)
        with transaction.atomic():
            record(act, by=actor)
        sequence()
        _wait_for(lambda: StreamPosition.objects.get().following == everything + 1)
        process.terminate()

    told = _positions(file)
    assert process.returncode == 0
    assert sorted(set(told)) == list(range(everything + 1))
    assert [json.loads(line)["id"] for line in file.read_bytes().splitlines()][-1] == str(
        Leaf.objects.order_by("-position").values_list("entry", flat=True)[0]
    )
