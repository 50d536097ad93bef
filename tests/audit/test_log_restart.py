"""A backup that was put back is an older log: it goes on under a new name, and says what was lost."""

import io
import json
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from audit.log import bundle, key
from audit.log.encoding import decode
from audit.log.models import Checkpoint, Entry, Leaf
from audit.log.note import NotSigned, VerifierKey, open_note
from audit.log.sequencer import Sequencer
from audit.log.witnesses.publishing import configured, hand_over
from tests.audit.tree import found, sequence, walls_down
from tests.database import NAME

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def log(settings, tmp_path):
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {"file": f"file://{tmp_path / 'checkpoints.jsonl'}"}
    settings.LOG_ORIGIN = "cellule.example/log"


@pytest.fixture
def restored(write, postgres_server) -> Checkpoint:
    """The database as it was at the first checkpoint, put back after three; give the last one, which is lost."""
    write()
    sequence()
    connections.close_all()
    with postgres_server.connect() as administrator:
        administrator.execute(f"CREATE DATABASE backup TEMPLATE {NAME} STRATEGY file_copy")
    for _ in range(2):
        write()
        sequence()
    hand_over(*configured())
    lost = Checkpoint.objects.order_by("-number").first()
    connections.close_all()
    with postgres_server.connect() as administrator:
        administrator.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        administrator.execute(f"ALTER DATABASE backup RENAME TO {NAME}")
    assert Checkpoint.objects.count() == 1
    return lost


def restart(**options) -> str:
    said = io.StringIO()
    call_command("restart_log", stdout=said, **options)
    return said.getvalue()


def test_backup_that_was_put_back_is_found_until_the_log_is_begun_anew(restored, write):
    assert found() == ("witness", "witness file, checkpoint 2")

    said = restart()

    assert said.startswith("The log goes on as cellule.example/log/2+")
    assert found() == ("", "")
    write()
    sequence()
    hand_over(*configured())
    assert found() == ("", "")
    assert list(Checkpoint.objects.order_by("number").values_list("number", flat=True)) == [1, 4, 5]


def test_first_entry_of_the_new_name_commits_to_what_was_lost(restored):
    size = Leaf.objects.count()

    restart()

    first = Checkpoint.objects.get(number=restored.number + 1).statement
    entry = Entry.objects.get(pk=Leaf.objects.get(position=size).entry)
    told = decode(entry.body)
    assert (first.origin, first.size) == ("cellule.example/log/2", size + 1)
    assert (first.lost.number, first.lost.size, first.lost.root) == (
        restored.number,
        restored.size,
        restored.statement.root,
    )
    assert (told["action"], told["detail_commitment"]) == ("log.restarted", first.lost.commitment)


def test_old_key_vouches_for_the_new_name_and_signs_nothing_more(restored, write):
    old = key.read().present.verifier
    restart()
    write()
    sequence()

    _before, first, second = Checkpoint.objects.order_by("number")
    open_note(first.note, old, VerifierKey.parse(first.statement.next_key))
    with pytest.raises(NotSigned):
        open_note(second.note, old)
    assert key.read().present.name == "cellule.example/log/2"


def test_exported_log_that_was_begun_anew_is_checked_without_this_server(restored, write, tmp_path):
    first_key = key.read().first
    restart()
    write()
    sequence()
    path = tmp_path / "log.zip"
    with path.open("w+b") as target:
        bundle.export(target)

    script = [sys.executable, "audit/log/verify_bundle.py", str(path), "--key", first_key]
    checked = subprocess.run(script, capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stdout.split(":")[0]) == (0, "Sound")


def test_commitment_that_is_changed_is_found(restored, owner_connection):
    size = Leaf.objects.count()
    restart()
    with walls_down(owner_connection, "log_entry") as owner:
        owner.execute(
            "UPDATE log_entry SET detail_commitment = sha256('') WHERE id ="
            " (SELECT entry FROM log_leaf WHERE position = %s)",
            [size],
        )

    assert found()[0] in {"body", "number"}


def test_restart_that_was_cut_off_goes_on(restored, monkeypatch):
    with monkeypatch.context() as cut:
        cut.setattr(Sequencer, "begin_anew", lambda *_told: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            restart()
    prepared = key.read().following
    sequence()
    assert found()[0] == "witness"

    restart()

    assert key.read().present == prepared
    assert found() == ("", "")


def test_other_log_is_no_backup(restored, write, tmp_path):
    lines = (tmp_path / "checkpoints.jsonl").read_text().splitlines()
    told = json.loads(lines[0])
    forged = Checkpoint.objects.get(number=1).statement
    told["note"] = type(forged)(**(vars(forged) | {"size": forged.size + 1})).signed(key.read().present)
    (tmp_path / "checkpoints.jsonl").write_text("\n".join([json.dumps(told), *lines[1:]]) + "\n")

    with pytest.raises(CommandError, match="not a backup of this log"):
        restart()


def test_restart_wants_the_key_and_no_sequencer(restored, tmp_path):
    sequencer = Sequencer()
    connections["default"].connection = None
    with pytest.raises(CommandError, match="A sequencer is at work"):
        restart()
    assert sequencer._session.close() is None

    (tmp_path / "log.json").unlink()
    with pytest.raises(CommandError, match="The log has no key here"):
        restart()
