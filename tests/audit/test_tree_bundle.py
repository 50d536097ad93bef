"""The exported log is checked by the stand-alone script in a process that knows nothing of this project."""

import json
import subprocess
import sys
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as house
from django.core.management import CommandError, call_command
from django.db import transaction

from audit.log import key
from audit.log.models import Checkpoint
from audit.log.record import record
from audit.log.tree import tile_path
from tests.audit.tree import sequence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def log(settings, tmp_path, act, actor):
    """Some 330 entries in three checkpoints, with a change of keys between them."""
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    for number in (200, 90, 3):
        with transaction.atomic():
            for _ in range(number):
                record(act, by=actor)
        if number == 90:
            key.prepare_change()
        sequence()


@pytest.fixture
def bundle(tmp_path) -> Path:
    call_command("export_audit", tmp_path / "log.zip", stdout=StringIO())
    return tmp_path / "log.zip"


def checked(bundle: Path, *more: str) -> tuple[int, str]:
    """The exit code and the words of the script, in Python's isolated mode: nothing of the project can be imported."""
    script = house.BASE_DIR / "audit" / "log" / "verify_bundle.py"
    words = [sys.executable, "-I", str(script), str(bundle), "--key", key.read().first, *more]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=bundle.parent)
    return done.returncode, (done.stdout + done.stderr).strip()


def rewritten(bundle: Path, name: str, change) -> Path:
    """The bundle with one member changed."""
    beside = bundle.with_name("changed.zip")
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(beside, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, change(content) if member == name else content)
    return beside


def flipped(place: int):
    return lambda content: content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def test_honest_bundle_is_sound(bundle):
    size = Checkpoint.objects.order_by("-number").first().size

    assert checked(bundle) == (0, f"Sound: {size} entries, 3 checkpoints.")


@pytest.mark.parametrize(
    ("member", "place", "words"),
    [
        (tile_path("entries", 0, 256), 40, "place 0: the entry is not what the tree holds"),
        (tile_path(0, 0, 256), 33, "place 1: the entry is not what the tree holds"),
        (tile_path(1, 0, 1), 5, "tile 1/0: does not fit the entries"),
        ("checkpoint", 3, "checkpoint: not the last of the checkpoints"),
    ],
)
def test_tampered_bundle_is_found(bundle, member, place, words):
    assert checked(rewritten(bundle, member, flipped(place))) == (1, f"Broken: {words}")


def test_every_changed_member_is_found(bundle):
    """Whatever byte of the middle of whatever member."""
    with zipfile.ZipFile(bundle) as members:
        names = [name for name in members.namelist() if members.read(name) and name != "key"]
    results = {name: checked(rewritten(bundle, name, lambda old: flipped(len(old) // 2)(old)))[0] for name in names}

    assert results == dict.fromkeys(names, 1)


def test_dropped_checkpoint_is_found(bundle):
    changed = rewritten(bundle, "checkpoints.jsonl", lambda old: b"\n".join(old.split(b"\n")[1:]))

    assert checked(changed) == (1, "Broken: checkpoint 1: missing")


def test_other_key_is_found(bundle):
    assert checked(bundle, "--key", str(key.read().present.verifier)) == (
        1,
        "Broken: checkpoint 1: not signed by the key of the log",
    )


def test_what_a_witness_holds_must_stand_in_the_bundle(bundle, tmp_path):
    held = tmp_path / "held.jsonl"
    notes = [json.dumps({"number": each.number, "note": each.note}) for each in Checkpoint.objects.order_by("number")]
    held.write_text("\n".join(notes) + "\n", encoding="utf-8")
    assert checked(bundle, "--held", str(held))[0] == 0

    held.write_text(json.dumps({"number": 9, "note": "another\n"}) + "\n", encoding="utf-8")
    assert checked(bundle, "--held", str(held)) == (
        1,
        f"Broken: {held}: the witness holds a checkpoint that is not in the bundle",
    )


def test_bundle_is_never_written_over(bundle):
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_audit", bundle)
