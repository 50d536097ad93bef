"""Asking the rules what came since they were last asked, and putting what they find before the auditors, once.

A rule's mark and the signals it led to are one transaction: killed anywhere, the rule asks again from its old mark,
and finds the same under the same keys.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from audit.log.models import Checkpoint, Entry
from audit.review.models import Evaluation, Queue, Signal
from audit.review.months import midnight
from audit.review.queues import put
from audit.review.rules.rule import Hit, Rule, Span

# Entries become visible when their transaction commits: up to where none is open any more, everything is there. So much
# is read twice all the same, for transactions that are not ours to see and for a clock that was set in between.
OVERLAP = timedelta(minutes=10)
# So much at a time, whatever the pause was.
LONGEST = timedelta(days=1)
# What one transaction reads after a long pause; the rest comes a quarter of an hour later.
MOST_SPANS = 40
# A rule that is new reads so far back.
BEGINS = timedelta(days=30)


def evaluate(rule: Rule, now: datetime) -> int:
    """Ask a rule about everything up to `now` (the database's time); gives how many signals are new."""
    with transaction.atomic():
        mark = _mark(rule, now)
        settled = _settled(now)
        newest = Checkpoint.objects.aggregate(newest=Max("number"))["newest"] or 0
        found = 0
        for span in islice(_spans(rule, mark, settled, newest), MOST_SPANS):
            found += sum(keep(rule, hit) for hit in rule.hits(span))
            mark.until = span.end
            mark.checkpoint = newest
        mark.evaluated_at = now
        mark.save()
        return found


def keep(rule: Rule, hit: Hit) -> bool:
    """Store a hit and put it before the auditors, unless it is known; whether it is new. Inside a transaction."""
    told = {
        "actor_id": hit.actor,
        "subject": hit.subject,
        "reference": hit.reference,
        "first_entry": hit.entries[0] if hit.entries else None,
        "entries": [str(entry) for entry in hit.entries],
        "at": hit.at,
    }
    signal, is_new = Signal.objects.get_or_create(rule=rule.code, key=hit.key, defaults=told)
    if is_new:
        put(
            Queue.SIGNAL,
            str(signal.pk),
            entries=hit.entries,
            actor=hit.actor,
            at=hit.at,
            rule=rule.code,
            reference=hit.reference,
            subject=hit.subject,
        )
    return is_new


def is_due(rule: Rule, now: datetime) -> bool:
    """Whether there is anything that the rule has not been asked about."""
    if rule.find is None:
        return False
    mark = Evaluation.objects.filter(rule=rule.code).first()
    return mark is None or not rule.by_day or mark.until < _end(rule, now) or _went_back(mark) is not None


def _mark(rule: Rule, now: datetime) -> Evaluation:
    """How far the rule has read, held until the end of the transaction; behind a clock that has gone back since."""
    oldest = Entry.objects.order_by("id").values_list("at", flat=True).first()
    begins = max(oldest, now - BEGINS) if oldest else now
    defaults = {"until": begins, "evaluated_at": now}
    Evaluation.objects.get_or_create(rule=rule.code, defaults=defaults)
    mark = Evaluation.objects.select_for_update(of=("self",)).get(rule=rule.code)
    mark.until = min(mark.until, _went_back(mark) or mark.until)
    if rule.by_day:
        mark.until = midnight(timezone.localdate(mark.until))
    return mark


def _settled(now: datetime) -> datetime:
    """Up to when nothing becomes visible any more: where the oldest transaction that has written is still open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least(%s, min(xact_start)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()",
            [now],
        )
        (settled,) = cursor.fetchone()
    return settled


def _went_back(mark: Evaluation) -> datetime | None:
    """The time to which the clock has gone back since the mark was set: what was written then has old times."""
    lowest = Checkpoint.objects.filter(number__gt=mark.checkpoint).aggregate(lowest=Min("at"))["lowest"]
    # The first entries of the earlier time are older than the checkpoint that came after them.
    if lowest is None or lowest - OVERLAP >= mark.until:
        return None
    before = Checkpoint.objects.filter(number=mark.checkpoint).values_list("at", flat=True).first()
    return lowest - OVERLAP if before is not None and lowest < before else None


def _spans(rule: Rule, mark: Evaluation, now: datetime, newest: int) -> Iterator[Span]:
    """What the rule is to be asked about, a day at most each time."""
    until, end, after = mark.until, _end(rule, now), mark.checkpoint
    while until < end:
        if rule.by_day:
            start, stop = until, midnight(timezone.localdate(until) + timedelta(days=1))
        else:
            start, stop = until - OVERLAP, min(until + LONGEST, end)
        yield Span(start, stop, after, newest)
        # Checkpoints are numbered, not timed: the first span tells of all new ones.
        until, after = stop, newest


def _end(rule: Rule, now: datetime) -> datetime:
    """Up to when the rule can judge: what came after an act is known, and for a rule of days the day is over."""
    end = now - rule.pause
    return midnight(timezone.localdate(end - OVERLAP)) if rule.by_day else end
