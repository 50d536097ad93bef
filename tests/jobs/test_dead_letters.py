"""What was given up: seen by kind and age, and given another chance."""

from datetime import timedelta

import pytest

from audit.log.actor import Actor
from audit.log.models import Entry
from cellule.jobs import relay, work
from cellule.jobs.dead_letters import RETRIED, dead_letters, revive
from cellule.jobs.models import Job


@pytest.mark.django_db
def test_a_job_is_given_up_after_its_last_attempt(ask, set_row, settings):
    settings.JOB_ATTEMPTS = 3
    job = ask("tests.fail", 1)

    for _attempt in range(5):
        set_row(job, run_after=timedelta(0))
        work.run(job.pk)

    job.refresh_from_db()
    assert (job.attempts, job.error, job.dead_at is not None, job.done_at) == (3, "Broken", True, None)


@pytest.mark.django_db
def test_a_job_that_took_every_worker_with_it_is_given_up(ask, effects, set_row, settings):
    settings.JOB_ATTEMPTS = 3
    job = set_row(ask("tests.write", 1), attempts=3, lease_until=-timedelta(seconds=1))

    work.run(job.pk)

    job.refresh_from_db()
    assert (effects(), job.error, job.dead_at is not None) == ([], "WorkerLost", True)


@pytest.mark.django_db
def test_a_dead_letter_is_neither_sent_nor_done(ask, effects, set_row):
    job = set_row(ask("tests.write", 1), dead_at=timedelta(0))
    sent: list[str] = []

    relay.send_due(sent.append)
    work.run(job.pk)

    assert (sent, effects(), list(Job.objects.dead())) == ([], [], [job])


@pytest.mark.django_db
def test_dead_letters_are_counted_by_kind_the_oldest_first(ask, set_row):
    for kind, hours in (("tests.write", 1), ("tests.fail", 2), ("tests.fail", 5)):
        set_row(ask(kind), dead_at=-timedelta(hours=hours))
    ask("tests.write")

    letters = dead_letters()

    assert [(dead.kind, dead.count, round(dead.oldest / timedelta(hours=1))) for dead in letters] == [
        ("tests.fail", 2, 5),
        ("tests.write", 1, 1),
    ]


@pytest.mark.django_db
def test_a_revived_kind_is_sent_and_done_and_others_stay_dead(ask, effects, set_row):
    mended = set_row(ask("tests.write", 1), dead_at=-timedelta(hours=1), attempts=20, publications=9, error="Broken")
    other = set_row(ask("tests.fail", 2), dead_at=-timedelta(hours=1))

    revived = revive("tests.write", by=Actor.system())

    sent: list[str] = []
    relay.send_due(sent.append)
    work.run(mended.pk)
    assert (revived, sent, effects(), list(Job.objects.dead())) == (1, [str(mended.pk)], [["1"]], [other])


@pytest.mark.django_db
def test_reviving_leaves_one_entry_and_reviving_nothing_none(ask, set_row):
    set_row(ask("tests.write", 1), dead_at=-timedelta(hours=1))
    set_row(ask("tests.write", 2), dead_at=-timedelta(hours=1))
    before = Entry.objects.count()

    revive("tests.write", by=Actor.system())
    revive("tests.write", by=Actor.system())

    assert list(Entry.objects.order_by("-id").values_list("action", flat=True)[: Entry.objects.count() - before]) == [
        RETRIED.code
    ]
