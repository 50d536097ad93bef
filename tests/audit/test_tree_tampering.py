"""Whoever owns the database and takes the walls down is found out, and the place is named."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction

from audit.log import key
from audit.log.encoding import FORM_1
from audit.log.models import Checkpoint, Entry, Fault, Leaf
from audit.log.note import SignerKey
from audit.log.record import record
from audit.log.witnesses.publishing import configured, hand_over
from tests.audit.test_entry_tampering import OTHER
from tests.audit.tree import found, sequence, walls_down

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def log(settings, tmp_path, act, actor):
    """A log of 300 and some entries in two checkpoints, one tile full, kept by a witness; its first entry of ours."""
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {"file": f"file://{tmp_path / 'checkpoints.jsonl'}"}
    for number in (280, 20):
        with transaction.atomic():
            for _ in range(number):
                record(act, by=actor, reference="98765432")
        sequence()
    hand_over(*configured())
    assert found() == ("", "")


def at(position: int) -> Entry:
    return Entry.objects.get(pk=Leaf.objects.get(position=position).entry)


@pytest.mark.parametrize("position", [5, 290])
@pytest.mark.parametrize("name", FORM_1)
def test_edited_column_is_found(owner_connection, name, position):
    entry = at(position)
    value = json.dumps(OTHER[name]) if name == "shown" else OTHER[name]
    # What hangs on the key goes with it: then the entry that the tree holds is gone.
    with walls_down(owner_connection, "log_entry") as owner:
        owner.execute(f"UPDATE log_entry SET {name} = %s WHERE id = %s", [value, entry.id])

    fault = Fault.ENTRY_MISSING if name == "id" else Fault.BODY
    assert found() == (fault, f"entry {entry.id}, place {position}")


@pytest.mark.parametrize("position", [5, 290])
@pytest.mark.parametrize("shown", ["[23456789]", '{"23456789": ""}', "null"])
def test_columns_that_no_entry_can_say_are_found(owner_connection, shown, position):
    entry = at(position)
    with walls_down(owner_connection, "log_entry") as owner:
        owner.execute("UPDATE log_entry SET shown = %s WHERE id = %s", [shown, entry.id])

    assert found() == (Fault.COLUMNS, f"entry {entry.id}, place {position}")


@pytest.mark.parametrize("position", [5, 290])
@pytest.mark.parametrize("day", [0, -1, 2**31 - 1])
def test_day_that_would_hide_an_entry_from_the_lists_is_found(owner_connection, day, position):
    entry = at(position)
    with walls_down(owner_connection, "log_entry") as owner:
        owner.execute("UPDATE log_entry SET utc_day = %s WHERE id = %s", [day, entry.id])

    assert found() == (Fault.COLUMNS, f"entry {entry.id}, place {position}")


@pytest.mark.parametrize("position", [5, 290])
def test_every_edited_byte_of_a_leaf_is_found(owner_connection, position):
    honest = bytes(Leaf.objects.get(position=position).hash)
    for place in range(0, 32, 7):
        changed = honest[:place] + bytes([honest[place] ^ 1]) + honest[place + 1 :]
        with walls_down(owner_connection, "log_leaf") as owner:
            owner.execute("UPDATE log_leaf SET hash = %s WHERE position = %s", [changed, position])
        assert found() == (Fault.BODY, f"entry {at(position).id}, place {position}")


@pytest.mark.parametrize(("position", "fault"), [(5, Fault.TILE), (290, Fault.ROOT)])
def test_entry_rewritten_with_all_its_hashes_is_found(owner_connection, position, fault):
    entry = at(position)
    entry.actor_id = "somebody else"
    with walls_down(owner_connection, "log_entry", "log_leaf") as owner:
        owner.execute("UPDATE log_entry SET actor_id = %s WHERE id = %s", ["somebody else", entry.id])
        owner.execute("UPDATE log_leaf SET hash = %s WHERE position = %s", [entry.leaf, position])

    assert found()[0] == fault


def test_deleted_entry_is_found(owner_connection):
    entry = at(7)
    with walls_down(owner_connection, "log_entry") as owner:
        owner.execute("DELETE FROM log_entry WHERE id = %s", [entry.id])

    assert found() == (Fault.ENTRY_MISSING, f"entry {entry.id}, place 7")


@pytest.mark.parametrize("position", [7, 285])
def test_deleted_leaf_is_found(owner_connection, position):
    with walls_down(owner_connection, "log_leaf") as owner:
        owner.execute("DELETE FROM log_leaf WHERE position = %s", [position])

    assert found() == (Fault.LEAF_MISSING, f"place {position}")


def test_leaves_that_changed_places_are_found(owner_connection):
    with walls_down(owner_connection, "log_leaf") as owner:
        owner.execute("UPDATE log_leaf SET position = 10000 WHERE position = 281")
        owner.execute("UPDATE log_leaf SET position = 281 WHERE position = 282")
        owner.execute("UPDATE log_leaf SET position = 282 WHERE position = 10000")

    assert found()[0] == Fault.ROOT


def test_inserted_leaf_is_found(owner_connection, write):
    entry, size = write(), Leaf.objects.count()
    told = [size, entry.id, bytes(entry.leaf)]
    owner_connection.execute("INSERT INTO log_leaf (position, entry, hash) VALUES (%s, %s, %s)", told)

    assert found() == (Fault.SIZE, f"place {size}")


def test_entry_that_was_slipped_in_is_found(owner_connection, write, monkeypatch):
    entry = write()
    monkeypatch.setattr("audit.log.verification.PATIENCE", timedelta(minutes=-1))

    assert found() == (Fault.NOT_SEQUENCED, f"entry {entry.id}")


def test_entry_renumbered_before_it_had_a_place_is_found(owner_connection, write, actor):
    changed, newest = [write() for _ in range(3)][1:]
    with walls_down(owner_connection, "log_entry") as owner:
        owner.execute("UPDATE log_entry SET counter = %s WHERE id = %s", [newest.counter, changed.id])
    sequence()

    assert found() == (Fault.COUNTER, f"session {actor.session}")


def test_entry_dropped_before_it_had_a_place_is_found(owner_connection, write, actor):
    dropped = write()
    write()
    with walls_down(owner_connection, "log_entry") as owner:
        owner.execute("DELETE FROM log_entry WHERE id = %s", [dropped.id])
    sequence()

    assert found() == (Fault.COUNTER, f"session {actor.session}")


@pytest.mark.parametrize("table", ["log_leaf", "log_tile", "log_checkpoint", "log_entry"])
def test_emptied_table_is_found(owner_connection, table):
    with walls_down(owner_connection, table) as owner:
        owner.execute(f"TRUNCATE {table}")

    faults = {"log_leaf": Fault.LEAF_MISSING, "log_tile": Fault.TILE, "log_checkpoint": Fault.SIZE}
    assert found()[0] == faults.get(table, Fault.ENTRY_MISSING)


def test_tampered_tile_is_found(owner_connection):
    with walls_down(owner_connection, "log_tile") as owner:
        owner.execute("UPDATE log_tile SET hash = sha256(hash)")

    assert found() == (Fault.TILE, "tile 1/0, places 0 to 255")


def test_invented_tile_is_found(owner_connection):
    owner_connection.execute("INSERT INTO log_tile (level, index, hash) VALUES (2, 0, sha256(''))")

    assert found() == (Fault.TILE, "level 2 of the tree")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("size = size + 1", Fault.CHECKPOINT),
        ("at = at + interval '1 microsecond'", Fault.CHECKPOINT),
        ("number = 7", Fault.NUMBER),
        ("note = replace(note, 'number 2', 'number 1')", Fault.SIGNATURE),
        ("note = note || 'x'", Fault.SIGNATURE),
        ("note = ''", Fault.SIGNATURE),
    ],
)
def test_tampered_checkpoint_is_found(owner_connection, change, fault):
    with walls_down(owner_connection, "log_checkpoint") as owner:
        owner.execute(f"UPDATE log_checkpoint SET {change} WHERE number = 2")

    assert found() == (fault, "checkpoint 2")


def test_every_byte_of_a_note_counts(owner_connection):
    note = Checkpoint.objects.get(number=2).note
    for place in range(0, len(note), 7):
        changed = note[:place] + ("y" if note[place] == "x" else "x") + note[place + 1 :]
        with walls_down(owner_connection, "log_checkpoint") as owner:
            owner.execute("UPDATE log_checkpoint SET note = %s WHERE number = 2", [changed])
        assert found() == (Fault.SIGNATURE, "checkpoint 2")


def test_replayed_checkpoint_is_found(owner_connection):
    with walls_down(owner_connection, "log_checkpoint") as owner:
        owner.execute("UPDATE log_checkpoint SET note = (SELECT note FROM log_checkpoint WHERE number = 1)")

    assert found() == (Fault.CHECKPOINT, "checkpoint 2")


def test_other_key_is_found(owner_connection):
    statement = Checkpoint.objects.get(number=2).statement
    forged = statement.signed(SignerKey.make(statement.origin))
    with walls_down(owner_connection, "log_checkpoint") as owner:
        owner.execute("UPDATE log_checkpoint SET note = %s WHERE number = 2", [forged])

    assert found() == (Fault.SIGNATURE, "checkpoint 2")


def test_clock_that_went_back_unsaid_is_found(owner_connection):
    """Even when the one who holds the key signs it."""
    statement = Checkpoint.objects.get(number=2).statement
    before = statement.at - timedelta(hours=1)
    forged = type(statement)(**(vars(statement) | {"at": before})).signed(key.read().present)
    with walls_down(owner_connection, "log_checkpoint") as owner:
        owner.execute("UPDATE log_checkpoint SET note = %s, at = %s WHERE number = 2", [forged, before])

    assert found() == (Fault.CLOCK, "checkpoint 2")


def test_old_backup_is_found_by_the_witness(owner_connection):
    """All tables as they were at the first checkpoint: only the witness knows better."""
    size = Checkpoint.objects.get(number=1).size
    with walls_down(owner_connection, "log_checkpoint", "log_leaf", "log_entry", "log_sessioncounter") as owner:
        owner.execute("DELETE FROM log_checkpoint WHERE number = 2")
        owner.execute("DELETE FROM log_entry WHERE id IN (SELECT entry FROM log_leaf WHERE position >= %s)", [size])
        owner.execute("DELETE FROM log_leaf WHERE position >= %s", [size])
        owner.execute(
            "UPDATE log_sessioncounter c SET counter ="
            " (SELECT max(counter) FROM log_entry e WHERE e.session = c.session)"
        )

    assert found() == (Fault.WITNESS, "witness file, checkpoint 2")


def test_fork_is_found_by_the_witness(owner_connection):
    """Signed again by who holds the key: the same number, another note."""
    checkpoint = Checkpoint.objects.get(number=2)
    statement = checkpoint.statement
    later = statement.at + timedelta(microseconds=1)
    forged = type(statement)(**(vars(statement) | {"at": later})).signed(key.read().present)
    with walls_down(owner_connection, "log_checkpoint") as owner:
        owner.execute("UPDATE log_checkpoint SET note = %s, at = %s WHERE number = 2", [forged, later])

    assert found() == (Fault.WITNESS, "witness file, checkpoint 2")


@pytest.mark.parametrize("table", ["log_leaf", "log_tile", "log_checkpoint", "log_receipt", "log_verification"])
def test_tables_of_the_tree_only_grow(owner_connection, table):
    for change in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"UPDATE {table} SET {first_column(table)} = NULL"):
        with pytest.raises(Exception, match="only ever added to"), owner_connection.transaction():
            owner_connection.execute(change)


def first_column(table: str) -> str:
    with connection.cursor() as cursor:
        return connection.introspection.get_table_description(cursor, table)[0].name
