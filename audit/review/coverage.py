"""How far the reviews are: what was looked at of each month, and what waits for how long."""

import datetime
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Min, Q
from django.utils import timezone

from audit.review import accesses
from audit.review.models import Draw, Item, Queue, SignOff
from audit.review.models.item import UNDECIDED
from audit.review.months import months_back
from cellule.accounts.models import User

MONTHS = 6
_REVIEWED = f"""
SELECT count(DISTINCT e.id) FROM review_item i CROSS JOIN LATERAL jsonb_array_elements_text(i.entries) AS named(entry)
JOIN log_entry e ON e.id = named.entry::uuid
WHERE i.month = %(month)s AND NOT i.state = ANY (%(undecided)s) AND {accesses.CONDITION}
"""


@dataclass(frozen=True)
class Part:
    """So many of so many are done."""

    done: int
    all: int

    @property
    def percent(self) -> int | None:
        """Rounded down, so that only all of it is 100; None of nothing."""
        return 100 * self.done // self.all if self.all else None


@dataclass(frozen=True)
class Month:
    """One month: accesses that somebody has judged, and the queues. `signed`: its sign-off, if there is one."""

    month: datetime.date
    accesses: Part
    queues: dict[str, Part]
    signed: SignOff | None

    @property
    def sample(self) -> Part:
        return self.queues[Queue.SAMPLE]

    @property
    def signals(self) -> Part:
        return self.queues[Queue.SIGNAL]

    @property
    def glass(self) -> Part:
        return self.queues[Queue.GLASS]


@dataclass(frozen=True)
class Waiting:
    """What is open in one queue, and for how many days the oldest has waited (None: nothing waits)."""

    queue: Queue
    number: int
    oldest: int | None


def months() -> list[Month]:
    """Give the last months, the newest first."""
    listed = months_back(MONTHS)
    counted = Item.objects.filter(month__in=listed).values("month", "source")
    by_queue = {
        (row["month"], row["source"]): Part(row["done"], row["all"])
        for row in counted.annotate(all=Count("pk"), done=Count("pk", filter=~Q(state__in=UNDECIDED)))
    }
    draws = dict(Draw.objects.filter(month__in=listed).values_list("month", "accesses"))
    signed = {each.month: each for each in SignOff.objects.filter(month__in=listed)}
    return [
        Month(
            month,
            # A month that was drawn is over: its number does not change any more.
            Part(_reviewed(month), draws[month] if month in draws else accesses.count(month)),
            {queue: by_queue.get((month, queue), Part(0, 0)) for queue in Queue},
            signed.get(month),
        )
        for month in listed
    ]


def waiting(user: User) -> list[Waiting]:
    """Give what is open in each queue that this person reviews."""
    found = {
        row["queue"]: row
        for row in Item.objects.reviewed_by(user)
        .undecided()
        .values("queue")
        .annotate(number=Count("pk"), oldest=Min("put_at"))
    }
    queues = [queue for queue in Queue if queue in found or queue != Queue.OF_AUDITORS]
    now = timezone.now()
    return [
        Waiting(queue, found[queue]["number"], (now - found[queue]["oldest"]).days)
        if queue in found
        else Waiting(queue, 0, None)
        for queue in queues
    ]


def _reviewed(month: datetime.date) -> int:
    with connection.cursor() as cursor:
        undecided = [state.value for state in UNDECIDED]
        cursor.execute(_REVIEWED, accesses.given(month) | {"month": month, "undecided": undecided})
        (number,) = cursor.fetchone()
    return number
