"""Nobody changes the log: neither the run-time role nor the owner, by whatever statement."""

import uuid
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit.log.actions import Outcome, Relation
from audit.log.encoding import FORM_1
from audit.log.identifier import utc_day, uuid7
from audit.log.models import Entry

CHANGES = [
    "UPDATE log_entry SET outcome = 'failed'",
    "UPDATE log_entry SET outcome = outcome WHERE false",
    "DELETE FROM log_entry",
    "DELETE FROM log_entry WHERE false",
    "TRUNCATE log_entry",
    "DELETE FROM log_sessioncounter",
    "TRUNCATE log_sessioncounter",
    "UPDATE log_sessioncounter SET counter = 1",
    "UPDATE log_sessioncounter SET counter = counter + 2",
]


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_entry_cannot_be_changed_by_the_run_time_role(write, change):
    entry = write()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    assert Entry.objects.get(pk=entry.pk).body == entry.body


@pytest.mark.django_db(transaction=True)
def test_entry_cannot_be_changed_by_the_owner(write, owner_connection):
    entry = write()

    for change in CHANGES:
        with pytest.raises(psycopg.IntegrityError), owner_connection.transaction():
            owner_connection.execute(change)

    assert Entry.objects.get(pk=entry.pk).body == entry.body


@pytest.mark.django_db
def test_walls_stand_in_every_session():
    """State A: a session that calls itself a replica skips ordinary triggers, but not these."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname::text, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal"
            " AND tgrelid IN ('log_entry'::regclass, 'log_sessioncounter'::regclass) ORDER BY tgname"
        )
        assert cursor.fetchall() == [
            ("log_counter_goes_up", "A"),
            ("log_counter_stays", "A"),
            ("log_entry_goes_by_rule", "A"),
            ("log_entry_insert_only", "A"),
            ("log_entry_is_sound", "A"),
        ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda entry: Entry.objects.filter(pk=entry.pk).update(outcome="failed"),
        lambda entry: Entry.objects.filter(pk=entry.pk).delete(),
        lambda entry: entry.delete(),
        lambda entry: entry.save(),
        lambda entry: Entry.objects.bulk_update([entry], ["purpose"]),
        lambda entry: Entry.objects.bulk_create(
            [entry], update_conflicts=True, update_fields=["purpose"], unique_fields=["id"]
        ),
    ],
    ids=["update", "delete all", "delete", "save", "bulk update", "upsert"],
)
def test_entry_cannot_be_changed_through_the_orm(write, change):
    entry = write()

    with pytest.raises(DatabaseError), transaction.atomic():
        change(Entry.objects.get(pk=entry.pk))

    assert Entry.objects.get(pk=entry.pk).body == entry.body


def _another(entry: Entry, **changes) -> Entry:
    """Give an unsaved entry that follows this one as an honest writer would make it, but for `changes`."""
    at = entry.at + timedelta(milliseconds=3)
    told = {name: getattr(entry, name) for name in FORM_1}
    return Entry(**told | {"at": at, "id": uuid7(at), "counter": entry.counter + 1} | changes)


@pytest.mark.django_db
def test_entry_that_is_sound_is_taken(write):
    entry = write()

    _another(entry).save(force_insert=True)

    assert [each.counter for each in Entry.objects.by_actor(entry.actor_id).order_by("id")] == [1, 2]


@pytest.mark.django_db
def test_day_is_that_of_the_time_whatever_is_given(write):
    entry = write()

    _another(entry, utc_day=4711).save(force_insert=True)

    assert {each.utc_day for each in Entry.objects.by_actor(entry.actor_id)} == {utc_day(entry.id)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"shown": [23456789]}, "log_entry_shown_is_a_list"),
        ({"shown": ["x" * 65_536]}, "log_entry_shown_is_a_list"),
        ({"shown": [""] * 65_536}, "log_entry_shown_is_a_list"),
        ({"shown": {}}, "log_entry_shown_is_a_list"),
        ({"detail_commitment": bytes(65_536)}, "log_entry_commitment"),
        ({"id": uuid.UUID("01a200a8-fad2-76f9-ab9d-28ccb4483f90")}, "log_entry_key_of_time"),
        ({"id": uuid.UUID(int=0)}, "log_entry_key_of_time"),
        ({"counter": 0}, "log_entry_counted_from_one"),
        ({"outcome": "fine"}, "log_entry_outcome"),
        ({"relation": "friend"}, "log_entry_relation"),
        ({"actor_id": ""}, "log_entry_says_who_and_what"),
        ({"actor_role": ""}, "log_entry_says_who_and_what"),
        ({"action": ""}, "log_entry_says_who_and_what"),
    ],
)
def test_entry_that_is_not_sound_is_refused(write, changes, constraint):
    entry = write()

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        _another(entry, **changes).save(force_insert=True)

    assert refused.value.__cause__.diag.constraint_name == constraint


@pytest.mark.django_db
@pytest.mark.parametrize(
    "told",
    [*({"outcome": each} for each in Outcome.values), *({"relation": each} for each in Relation.values)],
    ids=str,
)
def test_every_outcome_and_tie_of_the_code_is_known_to_the_database(write, told):
    """A new one needs a migration that tells the trigger."""
    entry = write()

    _another(entry, **told).save(force_insert=True)

    assert Entry.objects.by_actor(entry.actor_id).filter(**told).exists()


@pytest.mark.django_db
def test_log_has_no_foreign_key_to_anything():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND (conrelid::regclass::text LIKE %s"
            " OR confrelid::regclass::text LIKE %s)",
            ["log_%", "log_%"],
        )
        assert cursor.fetchall() == []
