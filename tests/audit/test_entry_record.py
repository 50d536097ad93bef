"""An entry stands or falls with the act it tells of."""

import threading
import uuid
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from audit.log.actions import Outcome, Relation
from audit.log.actor import Actor
from audit.log.encoding import decode, leaf
from audit.log.models import Entry, SessionCounter
from audit.log.record import OutsideTransaction, record, record_read


@pytest.mark.django_db
def test_record_keeps_everything_it_is_told(act, actor):
    subject = uuid.uuid4()

    with transaction.atomic():
        written = record(
            act,
            by=actor,
            subject_type="case",
            reference="7QK2M9XD",
            shown=["23456789", "98765432"],
            subject=subject,
            relation=Relation.ASSIGNED,
            purpose="follow_up",
            outcome=Outcome.REFUSED_CONFLICT,
            detail_commitment=b"c" * 32,
        )

    entry = Entry.objects.get(pk=written.pk)
    told = {
        "id": written.id,
        "at": written.at,
        "session": actor.session,
        "counter": 1,
        "request": actor.request,
        "actor_id": actor.id,
        "actor_role": "caseworker",
        "actor_organisation": "Unité",
        "action": "tests.acted",
        "subject_type": "case",
        "reference": "7QK2M9XD",
        "shown": ["23456789", "98765432"],
        "subject": subject,
        "relation": "assigned",
        "purpose": "follow_up",
        "outcome": "refused_conflict",
        "detail_commitment": b"c" * 32,
    }
    assert decode(entry.body) == told
    assert {name: getattr(entry, name) for name in told} == told
    assert entry.leaf == leaf(entry.body)


@pytest.mark.django_db
def test_record_takes_one_statement(act, actor, django_assert_num_queries):
    with transaction.atomic():
        with django_assert_num_queries(1):
            record(act, by=actor)
        with django_assert_num_queries(1):
            record(act, by=actor)


@pytest.mark.django_db
def test_record_asks_the_database_for_the_time(write):
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (before,) = cursor.fetchone()

    with time_machine.travel(datetime(2001, 1, 1, tzinfo=UTC)):
        entry = write()

    assert entry.at > before


@pytest.mark.django_db
def test_record_counts_each_session_from_one(write, actor):
    other = Actor.anonymous()

    numbers = [write(by=who).counter for who in (actor, actor, other, actor)]

    assert numbers == [1, 2, 1, 3]


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_an_error(act, actor):
    before = Entry.objects.count()

    with pytest.raises(OutsideTransaction):
        record(act, by=actor)

    assert Entry.objects.count() == before


@pytest.mark.django_db
def test_record_that_is_rolled_back_leaves_neither_entry_nor_gap(write, act, actor):
    write()

    with transaction.atomic():
        record(act, by=actor)
        transaction.set_rollback(True)

    assert write().counter == 2
    assert list(Entry.objects.by_actor(actor.id).values_list("counter", flat=True).order_by("counter")) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_record_counts_without_gap_over_concurrent_connections(act, actor):
    """A second request of the same session waits for the first; none gets the same number, none is skipped."""
    first_has_written, waits = threading.Event(), threading.Event()
    numbers = {}

    def second_request():
        first_has_written.wait(10)
        waits.set()
        try:
            with transaction.atomic():
                numbers["second"] = record(act, by=actor).counter
        finally:
            connection.close()

    other = threading.Thread(target=second_request)
    other.start()
    with transaction.atomic():
        numbers["first"] = record(act, by=actor).counter
        first_has_written.set()
        waits.wait(10)
        other.join(0.3)
        waited = other.is_alive()
    other.join(10)

    assert waited
    assert numbers == {"first": 1, "second": 2}


@pytest.mark.django_db(transaction=True)
def test_record_by_many_connections_numbers_every_entry(act, actor):
    def requests():
        try:
            for _ in range(10):
                with transaction.atomic():
                    record(act, by=actor)
        finally:
            connection.close()

    threads = [threading.Thread(target=requests) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    entries = Entry.objects.by_actor(actor.id)
    assert sorted(entries.values_list("counter", flat=True)) == list(range(1, 41))
    in_order = list(entries.order_by("counter"))
    assert in_order == sorted(in_order, key=lambda entry: entry.id)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "told",
    [
        {"purpose": "\0"},
        {"purpose": "\ud800"},
        {"purpose": None},
        {"purpose": "x" * 61},
        {"shown": ["\0"]},
        {"shown": [23456789]},
        {"shown": [None]},
        {"shown": ["x" * 65_536]},
        {"subject": "no key"},
        {"detail_commitment": bytes(65_536)},
    ],
    ids=lambda told: f"{next(iter(told))} {str(next(iter(told.values())))[:12]!r}",
)
def test_record_that_can_be_no_entry_forbids_the_act(act, actor, told):
    """Who swallows the error still cannot commit."""
    elsewhere = uuid.uuid4()

    with transaction.atomic():
        SessionCounter.objects.create(session=elsewhere, counter=1)
        with pytest.raises((DatabaseError, TypeError, ValueError)):
            record(act, by=actor, **told)

    assert not SessionCounter.objects.filter(session__in=[elsewhere, actor.session]).exists()


@pytest.mark.django_db(transaction=True)
def test_record_refused_by_the_database_refuses_the_act(act, actor, log_closed):
    """The log cannot be written: the act that it would tell of does not happen either."""
    elsewhere = uuid.uuid4()

    @transaction.atomic
    def do_something():
        SessionCounter.objects.create(session=elsewhere, counter=1)
        record(act, by=actor)

    with log_closed(), pytest.raises(DatabaseError):
        do_something()

    assert not SessionCounter.objects.filter(session=elsewhere).exists()
    do_something()
    assert SessionCounter.objects.filter(session=elsewhere).exists()


@pytest.mark.django_db(transaction=True)
def test_record_read_is_committed_when_it_returns(act, actor, django_assert_num_queries):
    with django_assert_num_queries(1):
        written = record_read(act, by=actor, shown=["23456789"])

    assert not connection.in_atomic_block
    assert [entry.pk for entry in Entry.objects.about("23456789")] == [written.pk]
    assert Entry.objects.get(pk=written.pk).counter == 1


@pytest.mark.django_db(transaction=True)
def test_record_goes_on_where_the_database_was_reached_anew(act, actor):
    record_read(act, by=actor)
    connection.close()

    assert record_read(act, by=actor).counter == 2


@pytest.mark.django_db(transaction=True)
def test_record_in_a_transaction_that_can_only_be_rolled_back_is_an_error(act, actor):
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            record(act, by=actor)

    assert not Entry.objects.by_actor(actor.id).exists()


@pytest.mark.django_db(transaction=True)
def test_record_read_inside_a_transaction_is_an_error(act, actor):
    with pytest.raises(RuntimeError), transaction.atomic():
        record_read(act, by=actor)

    assert not Entry.objects.by_actor(actor.id).exists()


@pytest.mark.django_db(transaction=True)
def test_record_read_that_cannot_be_written_raises(act, actor, log_closed):
    with log_closed(), pytest.raises(DatabaseError):
        record_read(act, by=actor)
