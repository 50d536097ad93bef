"""Verifications: the command, what was broken off, the newest part alone, and what is kept of each."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from audit.log import key, verifying
from audit.log.bodies import BODY_OF_COLUMNS
from audit.log.models import Checkpoint, Entry, Fault, Verification
from audit.log.record import record
from tests.audit.tree import sequence, walls_down

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def log(settings, tmp_path, act, actor):
    """Some 300 entries in three checkpoints."""
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {}
    for _ in range(3):
        with transaction.atomic():
            for _ in range(100):
                record(act, by=actor)
        sequence()


@pytest.fixture
def verify(tmp_path):
    """Run the command; give what it says."""

    def run(**options) -> str:
        said = StringIO()
        call_command("verify_audit", state=tmp_path / "state.json", stdout=said, **options)
        return said.getvalue()

    return run


def test_command_says_that_the_log_is_sound(verify):
    newest = Checkpoint.objects.order_by("-number").first()

    assert verify() == f"The log is sound: {newest.size} entries, 3 checkpoints.\n"
    result = Verification.objects.get()
    assert (result.checkpoint, result.first, result.size, result.fault) == (3, 0, newest.size, "")


def test_command_names_the_first_bad_place(verify, owner_connection):
    entry = Entry.objects.order_by("id")[3]
    with walls_down(owner_connection, "log_entry") as owner:
        owner.execute("UPDATE log_entry SET purpose = 'other' WHERE id = %s", [entry.id])

    with pytest.raises(CommandError) as told:
        verify(verbosity=0)
    assert str(told.value).endswith(f": entry {entry.id}, place 3.")
    assert Verification.objects.get().fault == Fault.BODY


def test_command_wants_the_key_that_was_written_down(verify):
    first = key.read().first
    key._path().unlink()
    with pytest.raises(CommandError, match="give its first verifier key"):
        verify()
    assert verify(key=first).startswith("The log is sound")


def test_what_was_broken_off_goes_on(verify, monkeypatch, tmp_path):
    def interrupted(self, progress):
        verifying.keep(self._state, progress)
        if progress.number == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("audit.log.management.commands.verify_audit.Command._tell", interrupted)
        with pytest.raises(CommandError, match="goes on from here"):
            verify()
    assert verifying.kept(tmp_path / "state.json").number == 2

    assert verify().startswith("The log is sound")
    assert not (tmp_path / "state.json").exists()


def test_newest_part_begins_where_the_last_sound_verification_ended(act, actor, owner_connection):
    verifying.verify(verifying.beginning())
    key.prepare_change()
    sequence()
    verifying.verify(verifying.newest_part())
    with transaction.atomic():
        record(act, by=actor)
    sequence()

    progress = verifying.newest_part()
    assert (progress.number, progress.edge.size, progress.key) == (4, 256, key.read().present.verifier)
    assert verifying.verify(progress).fault == ""


def test_newest_part_is_the_whole_when_the_tree_was_tampered_with(owner_connection):
    verifying.verify(verifying.beginning())
    with walls_down(owner_connection, "log_leaf") as owner:
        owner.execute("UPDATE log_leaf SET hash = sha256(hash) WHERE position = 290")

    progress = verifying.newest_part()
    assert progress.number == 0
    assert verifying.verify(progress).fault == Fault.BODY


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"shown": []},
        {"shown": ["23456789", 'é"\\']},
        {"purpose": "é – \U0001f600", "reference": "23456789"},
        {"detail_commitment": b""},
        {"detail_commitment": bytes(range(32))},
    ],
)
def test_database_writes_columns_as_the_encoding_does(write, told):
    entry = write(**told)

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {BODY_OF_COLUMNS} FROM log_entry e WHERE id = %s", [entry.id])
        assert bytes(cursor.fetchone()[0]) == bytes(entry.body)


def test_database_writes_every_entry_of_the_house_as_the_encoding_does():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT e.id, {BODY_OF_COLUMNS} FROM log_entry e")
        written = {key: bytes(body) for key, body in cursor.fetchall()}

    assert written == {entry.pk: entry.body for entry in Entry.objects.all()}
    assert len(written) > 1
