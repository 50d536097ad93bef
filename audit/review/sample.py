"""The random sample: a share of each person's accesses of a month, which neither operator nor auditor can choose.

The seed is the root of a checkpoint that was signed after the month was over: nobody knew it while the accesses were
made. Of each person's accesses those are taken whose keyed hash (HMAC-SHA256 of the entry's id, the seed as the key)
comes first, so that the same seed and the same log give the same sample to whoever draws again.
"""

import datetime
import hmac
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from audit.log.actor import Actor
from audit.log.models import Checkpoint, Entry, Receipt
from audit.log.record import record
from audit.review.accesses import ACCESSES, CONDITION, given
from audit.review.actions import SAMPLE_DRAWN
from audit.review.models import Draw, Queue
from audit.review.months import bounds, month_after, month_of, this_month
from audit.review.queues import put

# For so long after the end of a month a draw waits for a witness.
PATIENCE = datetime.timedelta(days=3)
_IN_A_PART = 5_000


class NotYet(Exception):
    """The month is not over, or no checkpoint of after it is there to draw with."""


@dataclass(frozen=True)
class Chosen:
    """What a draw gives: the entries, by opaque id of who acted in the order of their hashes, of so many accesses."""

    by_person: Mapping[str, tuple[UUID, ...]]
    accesses: int

    @property
    def entries(self) -> frozenset[UUID]:
        return frozenset(entry for entries in self.by_person.values() for entry in entries)


def drawn(draw: Draw) -> Chosen:
    """Draw again what a draw has given, from its own row and the log alone."""
    return chosen(draw.month, bytes.fromhex(draw.seed), draw.size, draw.share, draw.counted)


def chosen(month: datetime.date, seed: bytes, size: int, share: Decimal, counted: Sequence[str] = ACCESSES) -> Chosen:
    """Choose from a month: of each person's accesses among the first `size` leaves a share, rounded up.

    `counted`: the codes of the actions that are accesses.
    """
    found: dict[str, list[tuple[bytes, UUID]]] = {}
    for entry, actor in _accesses(month, size, counted):
        found.setdefault(actor, []).append((hmac.digest(seed, entry.bytes, "sha256"), entry))
    by_person = {
        actor: tuple(entry for _hash, entry in sorted(hashed)[: math.ceil(share * len(hashed))])
        for actor, hashed in sorted(found.items())
    }
    return Chosen(by_person, sum(map(len, found.values())))


def draw_due() -> None:
    """Draw every month that is over and was not drawn, also one that passed while nothing worked; the oldest first."""
    oldest = Entry.objects.order_by("id").values_list("at", flat=True).first()
    month = month_of(oldest) if oldest else this_month()
    drawn_already = set(Draw.objects.values_list("month", flat=True))
    while month < this_month():
        if month not in drawn_already:
            # Where no checkpoint is there yet, the next tick tries again.
            with suppress(NotYet):
                draw_month(month)
        month = month_after(month)


def draw_month(month: datetime.date) -> Draw:
    """Draw a month once, and put what was drawn before the auditors; drawn already, it is given as it was.

    Raises NotYet.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two that draw at once would each take a seed of their own.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('review.draw'))")
        if known := Draw.objects.filter(month=month).first():
            return known
        checkpoint, witnessed = _seeding(month)
        stated = checkpoint.statement
        # As it is stored, so that whoever draws again takes the same share.
        share = Decimal(str(settings.REVIEW_SAMPLE_SHARE)).quantize(Decimal("0.0001"), ROUND_UP)
        found = chosen(month, stated.root, checkpoint.size, share)
        draw = Draw.objects.create(
            month=month,
            at=timezone.now(),
            seed=stated.root.hex(),
            checkpoint=checkpoint.number,
            size=checkpoint.size,
            witnessed=witnessed,
            share=share,
            counted=list(ACCESSES),
            accesses=found.accesses,
            people=len(found.by_person),
            drawn=len(found.entries),
        )
        for entry in Entry.objects.filter(pk__in=found.entries).order_by("id"):
            put(
                Queue.SAMPLE,
                str(entry.pk),
                entries=[entry.pk],
                actor=entry.actor_id,
                at=entry.at,
                reference=entry.reference,
                subject=entry.subject,
            )
        record(SAMPLE_DRAWN, by=Actor.system(), subject_type=Draw._meta.label_lower, reference=str(draw.pk))
    return draw


def _seeding(month: datetime.date) -> tuple[Checkpoint, bool]:
    """The newest checkpoint that a witness keeps; without one, after some patience, the newest of all."""
    _start, end = bounds(month)
    kept = Receipt.objects.filter(held=True).order_by("-checkpoint").values_list("checkpoint", flat=True).first()
    checkpoint = Checkpoint.objects.filter(number=kept, at__gte=end).first() if kept else None
    if checkpoint is not None:
        return checkpoint, True
    newest = Checkpoint.objects.order_by("-number").first()
    if newest is None or newest.at < end + (PATIENCE if settings.LOG_WITNESSES else datetime.timedelta(0)):
        raise NotYet
    return newest, False


def _accesses(month: datetime.date, size: int, counted: Sequence[str]) -> Iterator[tuple[UUID, str]]:
    """The accesses of a month that the tree of so many leaves holds, and who made each."""
    statement = (
        f"SELECT e.id, e.actor_id FROM log_entry e JOIN log_leaf l ON l.entry = e.id WHERE {CONDITION}"
        " AND l.position < %(size)s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, given(month) | {"size": size, "accesses": list(counted)})
        while part := cursor.fetchmany(_IN_A_PART):
            yield from part
