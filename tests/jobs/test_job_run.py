"""Doing work: effect and mark together, once, whoever else tries."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from cellule.jobs import work
from cellule.jobs.models import Job
from tests.jobs import handlers


@pytest.mark.django_db
def test_a_job_is_done_together_with_its_effect(ask, effects):
    job = ask("tests.write", 1)

    work.run(job.pk)

    job.refresh_from_db()
    assert (effects(), job.attempts, job.lease_until, job.done_at is not None) == ([["1"]], 1, None, True)


@pytest.mark.django_db
def test_five_messages_are_one_effect(ask, effects):
    job = ask("tests.write", 1)

    for _message in range(5):
        work.run(str(job.pk))

    job.refresh_from_db()
    assert (effects(), job.attempts) == ([["1"]], 1)


@pytest.mark.django_db(transaction=True)
def test_five_workers_at_once_have_one_effect(ask, effects):
    job = ask("tests.write", 1)
    together = threading.Barrier(5)

    def worker() -> None:
        together.wait(10)
        work.run(job.pk)
        connection.close()

    workers = [threading.Thread(target=worker) for _number in range(5)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join(30)

    job.refresh_from_db()
    assert (effects(), job.attempts) == ([["1"]], 1)


@pytest.mark.django_db(transaction=True)
def test_a_lapsed_lease_lets_nobody_in_while_the_effect_is_uncommitted(ask, effects, set_row):
    job = ask("tests.write", 1)
    mine = work.claim(job.pk)
    set_row(job, lease_until=-timedelta(seconds=1))
    others: list[Job | None] = []

    def other() -> None:
        others.append(work.claim(job.pk))
        connection.close()

    thread = threading.Thread(target=other)

    def slow(held: Job, *ids: str) -> None:
        thread.start()
        thread.join(0.3)
        handlers.write(held, *ids)

    work._do_inside(mine, work.kinds.Kind("tests.slow", slow))
    thread.join(10)

    assert (others, effects()) == ([None], [["1"]])


@pytest.mark.django_db
def test_a_job_that_somebody_holds_is_left_alone(ask, effects):
    job = ask("tests.write", 1)
    work.claim(job.pk)

    work.run(job.pk)

    assert effects() == []


@pytest.mark.django_db
def test_a_job_whose_worker_is_gone_is_taken_after_the_lease(ask, effects, set_row):
    job = ask("tests.write", 1)
    work.claim(job.pk)
    set_row(job, lease_until=-timedelta(seconds=1))

    work.run(job.pk)

    job.refresh_from_db()
    assert (effects(), job.attempts) == ([["1"]], 2)


@pytest.mark.django_db
def test_a_worker_that_lost_the_job_has_no_effect_and_no_say(ask, effects, set_row):
    job = ask("tests.write", 1)
    slow = work.claim(job.pk)
    set_row(job, lease_until=-timedelta(seconds=1))
    work.claim(job.pk)

    work._do_inside(slow, work.kinds.declared("tests.write"))
    slow.rest("Late", timedelta(0))
    slow.bury("Late")

    job.refresh_from_db()
    assert (effects(), slow.finish(), job.done_at, job.dead_at, job.error) == ([], False, None, None, "")


@pytest.mark.django_db
def test_an_early_message_does_nothing_and_a_late_one_works(ask, effects, set_row):
    job = ask("tests.write", 1, run_after=timedelta(hours=1))
    work.run(job.pk)
    early = effects()
    set_row(job, run_after=-timedelta(hours=24))

    work.run(job.pk)
    work.run(job.pk)

    assert (early, effects()) == ([], [["1"]])


@pytest.mark.django_db
def test_messages_out_of_order_have_each_their_effect(ask, effects):
    jobs = [ask("tests.write", number) for number in range(3)]

    for job in (jobs[2], jobs[0], jobs[2], jobs[1]):
        work.run(job.pk)

    assert sorted(effects()) == [["0"], ["1"], ["2"]]


@pytest.mark.django_db
def test_a_failure_leaves_no_effect_and_only_the_name_of_the_error(ask, effects, caplog):
    job = ask("tests.fail", 1)

    work.run(job.pk)

    job.refresh_from_db()
    assert (effects(), job.error, job.lease_until, job.done_at, job.dead_at) == ([], "Broken", None, None, None)
    assert ("Broken" in caplog.text, "Amina" in caplog.text) == (True, False)


@pytest.mark.django_db
def test_a_failed_job_rests_for_the_first_pause(ask, settings):
    settings.JOB_FIRST_PAUSE_SECONDS = 60
    job = ask("tests.fail", 1)

    work.run(job.pk)

    job.refresh_from_db()
    rest = job.run_after - job.made_at
    assert (rest >= timedelta(seconds=60), rest < timedelta(seconds=90), job.send_at == job.run_after) == (
        True,
        True,
        True,
    )


@pytest.mark.django_db
def test_a_kind_that_this_release_does_not_know_waits_for_one_that_does(ask, set_row):
    job = set_row(ask("tests.write", 1), kind="tests.from_tomorrow")

    work.run(job.pk)

    job.refresh_from_db()
    assert (job.error, job.done_at, job.dead_at) == ("UnknownKind", None, None)


@pytest.mark.django_db(transaction=True)
def test_outside_work_begins_after_its_attempt_is_committed(ask):
    job = ask("tests.outside", 1)

    work.run(job.pk)

    # The handler asked over the same connection, but outside any transaction: what it saw was committed.
    job.refresh_from_db()
    assert (handlers.SEEN, job.done_at is not None) == ([(job.pk, "1", 1)], True)


@pytest.mark.django_db
def test_outside_work_that_failed_is_repeated_under_the_same_id(ask, set_row):
    job = ask("tests.outside_fail", 1)
    work.run(job.pk)
    set_row(job, run_after=timedelta(0))

    work.run(job.pk)

    assert [(job.pk, "1"), (job.pk, "1")] == handlers.SEEN
