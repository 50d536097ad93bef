"""Recurring work: a tick of the clock is one row, however many schedulers look at the clock."""

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from cellule.jobs import kinds
from cellule.jobs.ledger import enqueue


def tick(moment: datetime, known: set[str]) -> None:
    """Write the job of each recurring kind for the tick that `moment` lies in, unless its key is `known`.

    `known` is the caller's memory of the present ticks: it spares a statement, the unique key makes it safe.
    """
    keys = {key_of(code, every, moment): code for code, every in kinds.all_recurring().items()}
    for key in keys.keys() - known:
        with transaction.atomic():
            enqueue(keys[key], key=key)
    known.clear()
    known.update(keys)


def key_of(code: str, every: timedelta, moment: datetime) -> str:
    """Name the tick that `moment` lies in, by the second it began."""
    length = int(every.total_seconds())
    start = int(moment.timestamp()) // length * length
    return f"{code}@{datetime.fromtimestamp(start, UTC):%Y-%m-%dT%H:%M:%SZ}"


def database_time() -> datetime:
    """Give the database's present moment, the one clock that all processes share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
