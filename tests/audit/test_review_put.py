"""Putting something up for review: once, by the house, and auditors' acts where auditors do not look."""

import datetime
import uuid

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from audit.log.models import Entry
from audit.review.models import Item, Queue
from audit.review.queues import put
from tests.audit.reviewed import looked


def test_item_says_what_the_log_says(caseworker):
    subject = uuid.uuid4()

    item = looked(caseworker, "7QK2M9XD", subject=subject)

    (entry,) = Entry.objects.filter(pk__in=item.entries)
    assert (item.queue, item.source, item.state, item.actor_id) == ("signal", "signal", "open", caseworker.actor.id)
    assert (item.reference, item.subject, item.at) == ("7QK2M9XD", subject, entry.at)
    assert item.month == timezone.localdate().replace(day=1)
    told = Entry.objects.of_action("review.item_put").get()
    assert (told.actor_id, told.reference, told.purpose) == ("system", item.code, "signal")


def test_month_is_that_of_montreal(caseworker):
    at = datetime.datetime(2026, 12, 1, 3, tzinfo=datetime.UTC)

    item = put(Queue.SAMPLE, "one", entries=[], actor=caseworker.actor.id, at=at)

    assert item.month == datetime.date(2026, 11, 1)


def test_the_same_is_put_once(caseworker):
    told = {"entries": [], "actor": caseworker.actor.id, "at": timezone.now()}

    first, again = (put(Queue.SIGNAL, "one", **told) for _ in range(2))
    other = put(Queue.SAMPLE, "one", **told)

    assert first == again
    assert Item.objects.count() == 2
    assert {each.actor_id for each in Entry.objects.of_action("review.item_put")} == {"system"}
    assert Entry.objects.of_action("review.item_put").count() == 2
    assert other.queue == "sample"


@pytest.mark.parametrize("name", ["auditor", "privacy_officer"])
def test_act_of_an_auditor_goes_to_the_queue_of_auditors(request, name):
    watched = request.getfixturevalue(name)

    item = looked(watched, queue=Queue.SAMPLE)

    assert (item.queue, item.source) == ("of_auditors", "sample")
    assert put(Queue.SAMPLE, item.key, entries=[], actor=watched.actor.id, at=item.at) == item


def test_nobody_puts_an_item_past_the_log(caseworker):
    told = {"actor_id": caseworker.actor.id, "at": timezone.now(), "month": datetime.date(2026, 11, 1)}
    Item.objects.create(queue="signal", source="signal", key="one", **told)

    with pytest.raises(IntegrityError, match="begins with its log entry"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
