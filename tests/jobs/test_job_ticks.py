"""Recurring work: one row for each tick, whatever the clocks and however many schedulers."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cellule.jobs import kinds, work
from cellule.jobs.kinds import recurring
from cellule.jobs.models import Job
from cellule.jobs.ticks import database_time, key_of, tick

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def hourly_keys() -> list[str]:
    return sorted(Job.objects.filter(kind="tests.hourly").values_list("key", flat=True))


@pytest.mark.django_db
def test_two_schedulers_thirty_seconds_apart_make_one_job():
    tick(NOON + timedelta(seconds=5), set())
    tick(NOON + timedelta(seconds=35), set())

    assert hourly_keys() == ["tests.hourly@2026-11-22T12:00:00Z"]


@pytest.mark.django_db
def test_the_next_tick_is_another_job():
    known: set[str] = set()
    for minutes in (59, 60, 61, 119, 120):
        tick(NOON + timedelta(minutes=minutes), known)

    assert hourly_keys() == [f"tests.hourly@2026-11-22T{hour}:00:00Z" for hour in (12, 13, 14)]


@pytest.mark.django_db
def test_a_clock_that_goes_back_makes_nothing_twice():
    known: set[str] = set()
    for hours in (0, 2, 0, 1, 2):
        tick(NOON + timedelta(hours=hours), known)

    assert hourly_keys() == [f"tests.hourly@2026-11-22T{hour}:00:00Z" for hour in (12, 13, 14)]


@pytest.mark.django_db
def test_a_tick_that_was_done_is_not_done_again(effects):
    tick(NOON, set())
    work.run(Job.objects.get(kind="tests.hourly").pk)
    tick(NOON + timedelta(minutes=1), set())
    work.run(Job.objects.get(kind="tests.hourly").pk)

    assert effects() == [[]]


@pytest.mark.django_db
def test_the_clock_is_the_database_s():
    with time_machine.travel(datetime(2001, 1, 1, tzinfo=UTC)):
        assert database_time().year > 2001


def test_a_tick_is_named_by_its_first_second():
    every = kinds.all_recurring()["tests.hourly"]

    assert key_of("tests.hourly", every, NOON + timedelta(minutes=59)) == "tests.hourly@2026-11-22T12:00:00Z"


def test_ticks_shorter_than_a_second_are_refused():
    with pytest.raises(ValueError, match="second"):
        recurring("tests.too_often", every=timedelta(milliseconds=10))


@pytest.mark.django_db
def test_rows_of_work_done_long_ago_are_forgotten(ask, set_row, settings):
    settings.JOB_KEEP_DAYS = 30
    set_row(ask("tests.write", 1), done_at=-timedelta(days=31))
    recent = set_row(ask("tests.write", 2), done_at=-timedelta(days=29))
    unfinished = set_row(ask("tests.write", 3), made_at=-timedelta(days=90))
    dead = set_row(ask("tests.write", 4), dead_at=-timedelta(days=90))
    cleaning = ask("jobs.forget")

    work.run(cleaning.pk)

    assert set(Job.objects.exclude(pk=cleaning.pk).values_list("pk", flat=True)) == {recent.pk, unfinished.pk, dead.pk}
