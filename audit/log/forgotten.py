"""What the verifier knows of removed entries: which places may be empty, and whether the log tells of each removal."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from django.db import connection

from audit.log.actions import FORGOTTEN
from audit.log.models import Checkpoint, Entry, Fault, Forgotten, ForgottenCount
from audit.log.retention import LEAST_MONTHS, SUBJECT_TYPE, mark_of

Range = tuple[int, int, int]


def places(start: int, end: int) -> set[int]:
    """Give the places from `start` up to `end` that may have no entry any more."""
    ranges = Forgotten.objects.filter(last__gte=start, first__lt=end).values_list("first", "last")
    return {place for first, last in ranges for place in range(max(first, start), min(last + 1, end))}


def first_unsound() -> tuple[Fault, str] | None:
    """Give the first removal that is not what an entry tells, or that went sooner than any rule allows."""
    for mark, ranges in _by_mark():
        place = f"places {ranges[0][0]} to {ranges[-1][1]}"
        counts = list(ForgottenCount.objects.filter(mark=mark).values_list("session", "entries"))
        told = Entry.objects.filter(reference=mark, action=FORGOTTEN.code, subject_type=SUBJECT_TYPE).first()
        total = sum(last - first + 1 for first, last, _checkpoint in ranges)
        if told is None or mark_of(ranges, counts) != mark or total != sum(entries for _session, entries in counts):
            return Fault.FORGOTTEN, place
        if not _were_old(ranges, told.at):
            return Fault.FORGOTTEN, place
    alone = ForgottenCount.objects.exclude(mark__in=Forgotten.objects.values("mark")).first()
    return (Fault.FORGOTTEN, f"session {alone.session}") if alone else None


def _by_mark() -> Iterator[tuple[str, list[Range]]]:
    rows = Forgotten.objects.order_by("mark", "first").values_list("mark", "first", "last", "checkpoint")
    for mark, group in groupby(rows.iterator(), key=itemgetter(0)):
        yield mark, [(first, last, checkpoint) for _mark, first, last, checkpoint in group]


def _were_old(ranges: list[Range], at: datetime) -> bool:
    """Whether a signed checkpoint held these places so long before they went."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz - make_interval(months => %s)", [at, LEAST_MONTHS])
        (latest,) = cursor.fetchone()
    proofs = Checkpoint.objects.in_bulk({checkpoint for _first, _last, checkpoint in ranges})
    return all(
        checkpoint in proofs and proofs[checkpoint].at < latest and proofs[checkpoint].size > last
        for _first, last, checkpoint in ranges
    )
