"""The watch inside a worker: stalled is who is given nothing and does nothing."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from celery.worker import state
from kombu import Connection, Consumer, Queue

from cellule.jobs.watch import Stalled, Watch, is_stalled


@pytest.fixture
def consumer(tmp_path: Path) -> Iterator[Consumer]:
    """Consume from a queue of three messages, holding at most two."""
    address = {"transport": "cellule.jobs.folder:Transport", "transport_options": {"folder": str(tmp_path)}}
    with Connection("filesystem://folder", **address) as connection:
        for number in range(3):
            connection.channel()._put("jobs", {"body": str(number), "properties": {"delivery_tag": str(number)}})
        consumer = Consumer(connection, [Queue("jobs")], prefetch_count=2, on_message=lambda message: None)
        consumer.consume()
        yield consumer


@pytest.fixture
def watch() -> Watch:
    return Watch(SimpleNamespace())


def hold_two(consumer: Consumer) -> None:
    for _number in range(2):
        consumer.connection.drain_events(timeout=1)


def look(watch: Watch, consumer: Consumer) -> None:
    watch.look(SimpleNamespace(task_consumer=consumer))


def test_a_worker_that_may_be_given_more_is_not_stalled(consumer: Consumer):
    consumer.connection.drain_events(timeout=1)

    assert is_stalled(consumer.channel) is False


def test_a_worker_that_does_what_it_holds_is_not_stalled(consumer: Consumer, monkeypatch: pytest.MonkeyPatch):
    hold_two(consumer)
    monkeypatch.setattr(state, "reserved_requests", {"a job that is being done"})

    assert is_stalled(consumer.channel) is False


def test_a_worker_that_holds_all_it_may_and_does_nothing_is_stalled(consumer: Consumer):
    hold_two(consumer)

    assert is_stalled(consumer.channel) is True


def test_a_worker_found_stalled_twice_in_a_row_connects_anew(consumer: Consumer, watch: Watch):
    hold_two(consumer)
    look(watch, consumer)

    with pytest.raises(Stalled):
        look(watch, consumer)


def test_a_worker_that_moved_in_between_is_left_alone(consumer: Consumer, watch: Watch):
    hold_two(consumer)
    look(watch, consumer)
    (first, *_others) = consumer.channel.qos._delivered
    consumer.channel.basic_ack(first)
    look(watch, consumer)
    consumer.connection.drain_events(timeout=1)

    look(watch, consumer)

    assert (is_stalled(consumer.channel), watch.was_stalled) == (True, True)


def test_celery_takes_the_end_of_a_stall_for_a_lost_connection():
    with Connection("redis://broker.example/0") as connection:
        assert issubclass(Stalled, connection.connection_errors)
