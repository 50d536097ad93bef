"""Forgetting: entries whose time is over go, their leaves stay, and an entry tells which places have none any more.

The database's own walls ask again (migration 0005): old by a signed checkpoint, kept by no hold, declared forgotten in
the same transaction, told by an entry.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from audit.log.actions import FORGOTTEN, RESTARTED
from audit.log.actor import Actor
from audit.log.identifier import first_uuid7
from audit.log.models import Checkpoint, Forgotten, ForgottenCount
from audit.log.record import record

# Entries that go in one transaction.
BATCH = 5000
# Nothing is forgotten sooner, whatever the settings say; the walls know the same number.
LEAST_MONTHS = 24
SUBJECT_TYPE = "log_forgetting"
# The lists of who opens what are compared with these entries at each verification: they stay for good.
COMPARED = "vault.roster"
# A clock that jumped ahead would make everything old. It is believed once the log has signed by it for a month.
_BELIEVED_AFTER = timedelta(days=30)
_LOCK = 7_310_592

_DUE = """
SELECT l.position, e.session FROM log_entry e JOIN log_leaf l ON l.entry = e.id
WHERE e.id < %(until)s AND l.position < %(size)s AND e.action <> ALL(%(never)s::text[])
    AND e.subject_type <> %(compared)s
    AND (split_part(e.action, '.', 1) = ANY(%(rooms)s::text[])) = %(named)s
    AND NOT EXISTS (
        SELECT 1 FROM log_hold h
        WHERE (h.subject = e.subject
                OR h.reference <> '' AND (h.reference = e.reference OR e.shown @> to_jsonb(h.reference))
                OR h.start <= e.at AND e.at < h."end")
            AND NOT EXISTS (SELECT 1 FROM log_holdlifted f WHERE f.hold = h.id)
    )
ORDER BY e.id LIMIT %(most)s
"""


class NotForgotten(Exception):
    """The database removed something else than was to go: nothing was removed."""


@dataclass(frozen=True)
class Rule:
    """For how many months entries stay whose action is of these rooms; not `named`: of every room but these."""

    months: int
    rooms: tuple[str, ...]
    named: bool = True


def rules() -> list[Rule]:
    """Give the rules of the settings, one for each number of months."""
    months = dict(settings.LOG_RETENTION)
    other = months.pop("other")
    by_months: dict[int, list[str]] = {}
    for room, number in months.items():
        by_months.setdefault(number, []).append(room)
    found = [Rule(number, tuple(sorted(rooms))) for number, rooms in sorted(by_months.items())]
    return [*found, Rule(other, tuple(sorted(months)), named=False)]


def forget(rule: Rule, *, most: int = BATCH) -> list[UUID]:
    """Remove at most so many entries past their time, in the caller's transaction; gives their ids.

    None while the clock is not believed, or another process is at it. Raises NotForgotten.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s), clock_timestamp(), clock_timestamp() - make_interval(months => %s)",
            [_LOCK, max(rule.months, LEAST_MONTHS)],
        )
        alone, now, until = cursor.fetchone()
        if not (alone and _is_believed(now)):
            return []
        proof = _newest_before(until)
        if proof is None:
            return []
        told: dict[str, Any] = {
            "until": first_uuid7(until),
            "size": proof.size,
            "never": [FORGOTTEN.code, RESTARTED.code],
            "compared": COMPARED,
            "rooms": list(rule.rooms),
            "named": rule.named,
            "most": most,
        }
        cursor.execute(_DUE, told)
        due = cursor.fetchall()
    return _remove(proof, due, rule) if due else []


@contextmanager
def nothing_removed() -> Iterator[None]:
    """Let nothing be removed meanwhile: for who reads all of the log in many statements. A night may pass for that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [_LOCK])


def mark_of(ranges: Iterable[tuple[int, int, int]], counts: Iterable[tuple[UUID, int]]) -> str:
    """Hash what went: neighbouring places (first, last, checkpoint) and how many entries of each session."""
    text = [f"{first}-{last} {checkpoint}" for first, last, checkpoint in sorted(ranges)]
    text += ["", *(f"{session} {entries}" for session, entries in sorted(counts))]
    return hashlib.sha256("\n".join(text).encode()).hexdigest()


def _remove(proof: Checkpoint, due: list[tuple[int, UUID]], rule: Rule) -> list[UUID]:
    ranges = [(first, last, proof.number) for first, last in _neighbours(sorted(place for place, _session in due))]
    counts = sorted(Counter(session for _place, session in due).items())
    mark = mark_of(ranges, counts)
    with transaction.atomic():
        Forgotten.objects.bulk_create(
            Forgotten(mark=mark, first=first, last=last, checkpoint=number) for first, last, number in ranges
        )
        ForgottenCount.objects.bulk_create(
            ForgottenCount(mark=mark, session=session, entries=entries) for session, entries in counts
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT public.log_forget(%s)", [mark])
            gone = [entry for (entry,) in cursor.fetchall()]
        if len(gone) != len(due):
            raise NotForgotten
        record(
            FORGOTTEN,
            by=Actor.system(),
            subject_type=SUBJECT_TYPE,
            reference=mark,
            purpose=f"after_{rule.months}_months",
        )
    return gone


def _neighbours(places: list[int]) -> list[tuple[int, int]]:
    """Put places that follow each other together."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and place == found[-1][1] + 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found


def _is_believed(now: datetime) -> bool:
    signed = _newest_before(now - _BELIEVED_AFTER)
    return signed is not None and signed.at > now - 2 * _BELIEVED_AFTER


def _newest_before(moment: datetime) -> Checkpoint | None:
    """Find a checkpoint that was signed before the moment, the newest where the clock never jumped, by halves."""
    newest = Checkpoint.objects.order_by("-number").first()
    low, high, found = 1, newest.number if newest else 0, None
    while low <= high:
        middle = Checkpoint.objects.get(number=(low + high) // 2)
        if middle.at < moment:
            low, found = middle.number + 1, middle
        else:
            high = middle.number - 1
    return found
