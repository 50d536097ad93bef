"""Asking for work: with the act or not at all, once, and without content."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from audit.log.actor import Actor
from cellule.jobs.kinds import UnknownKind
from cellule.jobs.ledger import CHANNEL, NotInTransaction, enqueue
from cellule.jobs.models import Job


@pytest.mark.django_db(transaction=True)
def test_asking_outside_a_transaction_is_an_error():
    with pytest.raises(NotInTransaction):
        enqueue("tests.write", uuid4())

    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_a_job_names_its_subject_its_actor_and_nothing_else(ask):
    subject, actor = uuid4(), uuid4()

    job = ask("tests.write", subject, 7, by=actor)

    assert (job.kind, job.subject, job.by, job.error) == ("tests.write", [str(subject), "7"], str(actor), "")
    assert (job.attempts, job.publications, job.done_at, job.dead_at) == (0, 0, None, None)


@pytest.mark.django_db
def test_keys_of_jobs_sort_by_their_moment(ask):
    first, second = ask("tests.write"), ask("tests.write")

    assert (first.pk.version, first.pk.variant, first.pk < second.pk or first.made_at == second.made_at) == (
        7,
        UUID(int=0x8 << 60).variant,
        True,
    )


@pytest.mark.django_db
def test_an_act_that_is_rolled_back_leaves_no_job():
    with transaction.atomic():
        enqueue("tests.write", uuid4())
        transaction.set_rollback(True)

    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_an_unknown_kind_is_refused_before_anything_is_written(ask):
    with pytest.raises(UnknownKind):
        ask("tests.nobody_declares_this")

    assert Job.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("content", ["Amina Testoumi", "amina@example.org", "a" * 65, ""])
def test_content_is_refused_as_subject(ask, content: str):
    with pytest.raises(ValueError, match="never content"):
        ask("tests.write", content)


@pytest.mark.django_db
def test_the_actor_of_an_act_is_kept_as_an_id(ask):
    assert (ask("tests.write", by=Actor.system()).by, ask("tests.write").by) == ("system", "")


@pytest.mark.django_db
def test_a_name_is_refused_as_actor(ask):
    with pytest.raises(ValueError, match="never content"):
        ask("tests.write", by="Lin Exemple")


@pytest.mark.django_db
def test_the_same_key_twice_is_one_job(ask):
    first = ask("tests.write", 1, key="once")
    second = ask("tests.write", 2, key="once")

    assert (first.pk, list(Job.objects.values_list("subject", flat=True))) == (second.pk, [["1"]])


@pytest.mark.django_db(transaction=True)
def test_the_same_key_from_two_connections_at_once_is_one_job():
    asked = threading.Event()
    given: list[UUID] = []

    def ask_too() -> None:
        asked.wait(10)
        with transaction.atomic():
            given.append(enqueue("tests.write", key="once").pk)
        connection.close()

    other = threading.Thread(target=ask_too)
    other.start()
    with transaction.atomic():
        first = enqueue("tests.write", key="once")
        asked.set()
        other.join(0.3)
        waited = other.is_alive()
    other.join(10)

    assert (waited, given, Job.objects.count()) == (True, [first.pk], 1)


@pytest.mark.django_db
def test_a_pause_is_counted_by_the_database(ask):
    job = ask("tests.write", run_after=timedelta(hours=2))
    job.refresh_from_db()

    assert (job.run_after - job.made_at, job.send_at - job.made_at) == (timedelta(hours=2), timedelta(hours=2))


@pytest.mark.django_db(transaction=True)
def test_the_relay_is_woken_at_the_commit_and_not_before():
    heard: list[list[str]] = []

    def listen(begun: threading.Event, committed: threading.Event) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        begun.set()
        for seconds in (0.3, 10):
            heard.append([notice.channel for notice in connection.connection.notifies(timeout=seconds, stop_after=1)])
            committed.wait(10)
        connection.close()

    begun, committed = threading.Event(), threading.Event()
    listener = threading.Thread(target=listen, args=(begun, committed))
    with transaction.atomic():
        enqueue("tests.write")
        listener.start()
        begun.wait(10)
        while not heard:
            listener.join(0.05)
    committed.set()
    listener.join(15)

    assert heard == [[], [CHANNEL]]
