"""The relay: due ids go out, once in a while, and never more than ids."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from cellule.celery import app
from cellule.jobs import relay
from cellule.jobs.backoff import backoff, lease
from cellule.jobs.models import Job


class Away(Exception):
    """The broker does not answer."""


@pytest.mark.django_db
def test_due_jobs_are_sent_in_their_order_and_others_are_not(ask, set_row):
    second = set_row(ask("tests.write"), send_at=-timedelta(seconds=1))
    first = set_row(ask("tests.write"), send_at=-timedelta(seconds=2))
    ask("tests.write", run_after=timedelta(hours=1))
    set_row(ask("tests.write"), done_at=timedelta(0))
    set_row(ask("tests.write"), dead_at=timedelta(0))
    sent: list[str] = []

    number = relay.send_due(sent.append)

    assert (number, sent) == (2, [str(first.pk), str(second.pk)])


@pytest.mark.django_db
def test_a_sent_job_is_sent_again_only_after_a_lease_and_a_doubling_pause(ask, set_row):
    job = ask("tests.write")
    rests = []
    for _time in range(3):
        relay.send_due(lambda _job_id: None)
        job.refresh_from_db()
        rests.append(job.send_at - job.published_at)
        job = set_row(job, send_at=timedelta(0))

    assert (rests, job.publications) == ([lease() + backoff(number) for number in (1, 2, 3)], 3)


@pytest.mark.django_db
def test_nothing_is_sent_twice_in_a_row(ask):
    ask("tests.write")
    sent: list[str] = []

    numbers = [relay.send_due(sent.append) for _time in range(3)]

    assert (numbers, len(sent)) == ([1, 0, 0], 1)


@pytest.mark.django_db
def test_a_broker_that_fails_in_the_middle_keeps_the_rest_due(ask, set_row):
    jobs = [set_row(ask("tests.write"), send_at=timedelta(seconds=number - 9)) for number in range(3)]
    sent: list[str] = []

    def send(job_id: str) -> None:
        if len(sent) == 1:
            raise Away
        sent.append(job_id)

    with pytest.raises(Away):
        relay.send_due(send)

    assert sent == [str(jobs[0].pk)]
    assert list(Job.objects.order_by("send_at").values_list("publications", flat=True)) == [0, 0, 1]


@pytest.mark.django_db
def test_a_relay_killed_between_send_and_commit_leaves_the_job_due(ask):
    job = ask("tests.write")

    def send_and_die(_job_id: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        relay.send_due(send_and_die)

    sent: list[str] = []
    relay.send_due(sent.append)
    assert sent == [str(job.pk)]


@pytest.mark.django_db(transaction=True)
def test_two_relays_at_once_share_the_work(ask):
    jobs = {str(ask("tests.write").pk) for _number in range(10)}
    first, second = [], []

    def other_relay() -> None:
        relay.send_due(second.append)
        connection.close()

    def send(job_id: str) -> None:
        first.append(job_id)
        if len(first) == 1:
            thread = threading.Thread(target=other_relay)
            thread.start()
            thread.join(10)

    relay.send_due(send)

    assert (set(first), second) == (jobs, [])


@pytest.mark.django_db
def test_a_message_holds_an_id_and_nothing_of_the_row(ask, tmp_path: Path):
    job = ask("tests.write", "subjectmarker", by="actormarker", key="keymarker")

    with (
        app.connection_for_write(transport_options={"folder": str(tmp_path / "broker")}) as broker,
        app.amqp.Producer(broker, auto_declare=False) as producer,
    ):
        relay.send_due(lambda job_id: relay.send(producer, job_id))

    (message,) = (tmp_path / "broker").glob("*.jobs.msg")
    text = message.read_text(encoding="utf-8")
    assert [
        word in text for word in (str(job.pk), "jobs.run", "subjectmarker", "actormarker", "keymarker", job.kind)
    ] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
