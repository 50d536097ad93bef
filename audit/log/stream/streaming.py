"""Handing entries to a collector in the order of the tree, from where it was left.

The order is that of the places, which have no gap and never change: an entry that was committed late has a late place
and is not passed over. The position is kept after a batch was taken, so that a kill in between repeats that batch.
"""

from contextlib import closing
from datetime import datetime

from django.db import connection, transaction

from audit.log.models import Entry, Leaf, StreamPosition
from audit.log.stream.targets import Torn, target

BATCH = 500
_LOCK = 7_310_593


class NotAlone(Exception):
    """Another process hands entries to this collector."""


class Stream:
    """One collector, fed by one process at a time (a lock of its database session). Raises NotAlone, UnknownTarget."""

    def __init__(self, address: str) -> None:
        self._address, self._target = address, target(address)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [_LOCK, address])
            (alone,) = cursor.fetchone()
        if not alone:
            raise NotAlone
        # The lock lives and dies with this very connection.
        self._session = connection.connection
        # Where the last batch began that this process handed over.
        self._before: int | None = None
        StreamPosition.objects.get_or_create(target=address)

    def close(self) -> None:
        """Let another process feed it."""
        try:
            self._target.close()
        except Torn:
            self._go_back()
        if connection.connection is self._session:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [_LOCK, self._address])

    def work(self) -> int:
        """Hand over the next entries, at most one batch; gives how many places that were. OSError, NotAlone."""
        if connection.connection is not self._session:
            raise NotAlone
        start = StreamPosition.objects.values_list("following", flat=True).get(target=self._address)
        leaves = Leaf.objects.filter(position__gte=start, position__lt=start + BATCH).order_by("position")
        places = list(leaves)
        if not places:
            return 0
        entries = Entry.objects.in_bulk([place.entry for place in places])
        # What was forgotten meanwhile is not handed over any more.
        there = [(place, entries[place.entry]) for place in places if place.entry in entries]
        try:
            if there:
                self._target.take(there)
        except Torn:
            self._go_back()
            raise
        self._move_to(places[-1].position + 1)
        self._before = start
        return len(places)

    def _go_back(self) -> None:
        """Hand the last batch over again: nobody knows how much of it was read."""
        if self._before is not None and connection.connection is self._session:
            self._move_to(self._before)
            self._before = None

    def _move_to(self, position: int) -> None:
        with transaction.atomic():
            StreamPosition.objects.filter(target=self._address).update(following=position)


def waits_since(address: str) -> datetime | None:
    """Give when the oldest entry happened that a collector has not got; None when it has them all."""
    following = StreamPosition.objects.filter(target=address).values_list("following", flat=True).first() or 0
    waiting = Leaf.objects.filter(position__gte=following).order_by("position").values_list("entry", flat=True)
    return Entry.objects.filter(pk__in=waiting[:1]).values_list("at", flat=True).first()


def catch_up(address: str, *, most: int = 200) -> int:
    """Hand over everything that waits, at most so many batches; gives how many places that were.

    None while another process does. Raises OSError, UnknownTarget.
    """
    total = 0
    try:
        stream = Stream(address)
    except NotAlone:
        return 0
    with closing(stream):
        for _ in range(most):
            taken = stream.work()
            total += taken
            if taken < BATCH:
                break
    return total
