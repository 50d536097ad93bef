"""What the rules are asked about: days that are longer or shorter, pauses, clocks, and what becomes visible late."""

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction

from audit.log.record import record
from audit.review.evaluating import MOST_SPANS, evaluate, is_due
from audit.review.models import Evaluation, Item, Signal
from audit.review.rules.rule import Span, rule_called
from cases import actions as cases
from cellule.jobs.ticks import database_time
from tests.audit.planted import Known, at, checkpoint, ids, opened, person, told

# The clocks are put back on the Sunday that comes so many days after the planted Tuesday: it has 25 hours.
LONG = 26


@pytest.mark.django_db
def test_long_day_is_asked_about_whole_and_once():
    who = person()
    entries = [opened(who, at(hour, days=LONG), Known()) for hour in (0, 12, 23)]
    now = at(0, 30, days=LONG + 3)

    new = [evaluate(rule_called("no_relationship"), now) for _ in range(2)]

    assert new == [3, 0]
    assert {signal.at for signal in Signal.objects.all()} == {entry.at for entry in entries}


def test_days_before_begin_at_midnight_on_both_sides_of_a_change_of_clocks():
    span = Span(at(0, days=LONG + 7), at(0, days=LONG + 8))

    assert [span.days_before(days) for days in (0, 7, 28)] == [at(0, days=LONG + 7 - days) for days in (0, 7, 28)]


@pytest.mark.django_db
def test_entries_of_the_month_s_last_minute_are_of_that_month():
    who = person()
    last, first = (opened(who, at(23, 59, days=25), Known()), opened(who, at(0, days=LONG), Known()))

    assert told("no_relationship", days=LONG + 4) == [(who.id, ids(last)), (who.id, ids(first))]
    assert [item.month.month for item in Item.objects.order_by("at")] == [10, 11]


@pytest.mark.django_db
def test_long_pause_is_read_in_parts():
    rule = rule_called("no_relationship")
    opened(person(), at(10), Known())
    evaluate(rule, at(12, days=1))
    late = opened(person(), at(10, days=MOST_SPANS + 9), Known())
    now = at(12, days=MOST_SPANS + 12)

    first = (evaluate(rule, now), is_due(rule, now))
    second = (evaluate(rule, now), is_due(rule, now))

    assert (first, second) == ((1, True), (1, False))
    assert Signal.objects.get(actor_id=late.actor_id).entries == ids(late)


@pytest.mark.django_db
def test_entry_just_before_midnight_by_a_clock_that_went_back_is_found():
    rule = rule_called("no_relationship")
    opened(person(), at(10), Known())
    checkpoint(1, at(0, 30, days=3))
    evaluate(rule, at(0, 30, days=3))

    late = opened(person(), at(23, 59, days=1), Known())
    checkpoint(2, at(0, 0, days=2) + timedelta(seconds=30))

    assert is_due(rule, at(0, 40, days=3))
    assert evaluate(rule, at(0, 40, days=3)) == 1
    assert Signal.objects.get(actor_id=late.actor_id).entries == ids(late)


@pytest.mark.django_db
def test_checkpoint_that_comes_while_the_clock_is_behind_is_told_of_later():
    rule = rule_called("heartbeat")
    opened(person(), at(8), Known())
    checkpoint(1, at(11, 59))
    evaluate(rule, at(12))
    checkpoint(2, at(12, 10))

    found = [evaluate(rule, now) for now in (at(11), at(12, 15))]

    assert found == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_nothing_counts_as_read_while_a_transaction_may_still_bring_entries():
    rule, written, read = rule_called("own_right"), threading.Event(), threading.Event()

    def write_and_wait() -> None:
        with transaction.atomic():
            record(cases.NOTE_ADDED, by=person())
            written.set()
            read.wait(60)
        connections.close_all()

    with transaction.atomic():
        record(cases.NOTE_ADDED, by=person())
    began = database_time()
    other = threading.Thread(target=write_and_wait)
    other.start()
    assert written.wait(60)
    open_until = database_time()
    evaluate(rule, open_until)
    while_open = Evaluation.objects.get(rule=rule.code).until
    read.set()
    other.join()
    now = database_time()
    evaluate(rule, now)

    assert began <= while_open < open_until
    assert Evaluation.objects.get(rule=rule.code).until == now
