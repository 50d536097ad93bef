"""An entry that somebody changed behind the walls no longer gives the hash that the tree holds."""

import uuid
from datetime import UTC, datetime

import pytest

from audit.log.encoding import FORM_1
from audit.log.models import Entry, Leaf
from tests.audit.tree import fits, placed

OTHER = {
    "id": uuid.UUID(int=7),
    "at": datetime(2020, 1, 1, tzinfo=UTC),
    "session": uuid.UUID(int=7),
    "counter": 4711,
    "request": uuid.UUID(int=7),
    "actor_id": "somebody else",
    "actor_role": "auditor",
    "actor_organisation": "Elsewhere",
    "action": "tests.other",
    "subject_type": "other",
    "reference": "23456789",
    "shown": ["23456789"],
    "subject": uuid.UUID(int=7),
    "relation": "own",
    "purpose": "other",
    "outcome": "failed",
    "detail_commitment": b"other",
}


def test_tampering_is_tried_on_every_field():
    assert OTHER.keys() == FORM_1.keys()


@pytest.mark.django_db
def test_entry_can_be_checked_once_it_has_a_place(write):
    entry = write()

    assert (fits(entry), fits(placed(entry))) == (None, True)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(OTHER.keys() - {"id"}))
def test_tampered_column_shows(write, name):
    entry = placed(write())

    setattr(entry, name, OTHER[name])

    assert fits(entry) is False


@pytest.mark.django_db
def test_tampered_key_has_no_place(write):
    entry = placed(write())

    entry.id = OTHER["id"]

    assert fits(entry) is None


@pytest.mark.django_db
def test_tampered_hash_shows(write):
    entry = write()
    honest = entry.leaf

    Leaf.objects.create(position=Leaf.objects.count(), entry=entry.pk, hash=bytes([honest[0] ^ 1]) + honest[1:])

    assert fits(entry) is False


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [("purpose", "\0"), ("purpose", None), ("shown", [23456789]), ("shown", {"23456789": ""}), ("shown", "23456789")],
)
def test_column_that_no_body_can_say_shows(write, name, value):
    entry = placed(write(shown=["23456789"]))

    setattr(entry, name, value)

    assert fits(entry) is False


@pytest.mark.django_db(transaction=True)
def test_entry_changed_by_an_owner_who_takes_the_wall_down_shows(write, owner_connection):
    entry = placed(write())

    with owner_connection.transaction():
        owner_connection.execute("ALTER TABLE log_entry DISABLE TRIGGER log_entry_insert_only")
        owner_connection.execute("UPDATE log_entry SET actor_id = 'somebody else' WHERE id = %s", [entry.id])
        owner_connection.execute("ALTER TABLE log_entry ENABLE ALWAYS TRIGGER log_entry_insert_only")

    assert fits(Entry.objects.get(pk=entry.pk)) is False
