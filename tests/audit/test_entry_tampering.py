"""An entry that somebody changed behind the walls no longer fits its own bytes."""

import uuid
from datetime import UTC, datetime

import pytest

from audit.log.encoding import FORM_1, decode, encode, leaf
from audit.log.models import Entry

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
@pytest.mark.parametrize("name", OTHER)
def test_tampered_column_shows(write, name):
    entry = Entry.objects.get(pk=write().pk)

    setattr(entry, name, OTHER[name])

    assert not entry.is_intact()


@pytest.mark.django_db
@pytest.mark.parametrize("name", OTHER)
def test_tampered_body_shows_even_with_a_fitting_hash(write, name):
    entry = Entry.objects.get(pk=write().pk)

    entry.body = encode(decode(bytes(entry.body)) | {name: OTHER[name]})
    entry.leaf = leaf(entry.body)

    assert not entry.is_intact()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["body", "leaf"])
def test_tampered_bytes_show(write, name):
    entry = Entry.objects.get(pk=write().pk)

    for place in range(len(getattr(entry, name))):
        honest = bytes(getattr(entry, name))
        setattr(entry, name, honest[:place] + bytes([honest[place] ^ 1]) + honest[place + 1 :])
        assert not entry.is_intact()
        setattr(entry, name, honest)

    assert entry.is_intact()


@pytest.mark.django_db
def test_exchanged_bodies_show(write):
    first, second = (Entry.objects.get(pk=write().pk) for _ in range(2))

    first.body, second.body = second.body, first.body
    first.leaf, second.leaf = second.leaf, first.leaf

    assert [first.is_intact(), second.is_intact()] == [False, False]


@pytest.mark.django_db(transaction=True)
def test_entry_changed_by_an_owner_who_takes_the_wall_down_shows(write, owner_connection):
    entry = write()

    with owner_connection.transaction():
        owner_connection.execute("ALTER TABLE log_entry DISABLE TRIGGER log_entry_insert_only")
        owner_connection.execute("UPDATE log_entry SET actor_id = 'somebody else' WHERE id = %s", [entry.id])
        owner_connection.execute("ALTER TABLE log_entry ENABLE ALWAYS TRIGGER log_entry_insert_only")

    assert not Entry.objects.get(pk=entry.pk).is_intact()
