"""Asking for work: the row is written in the transaction of the act, or not at all."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from audit.log.actor import Actor
from cellule.jobs import kinds
from cellule.jobs.models import Job

CHANNEL = "cellule_jobs"
_OPAQUE = re.compile(r"[0-9A-Za-z._:-]{1,64}")


class NotInTransaction(RuntimeError):
    """Work was asked for outside the transaction of an act: a crash could keep one and lose the other."""


def enqueue(
    kind: str,
    *ids: UUID | int | str,
    key: str | None = None,
    run_after: datetime | timedelta | None = None,
    by: Actor | UUID | str = "",
) -> Job:
    """Write a job of a declared kind into the caller's transaction; the same `key` twice gives the first row.

    `ids` are opaque and never content; `run_after` is a moment, or a pause from now; `by` is the actor or their id, "" when the clock asks.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(kind)
    kinds.declared(kind)
    job = Job(kind=kind, subject=[_opaque(value) for value in ids], by=_actor(by), key=key)
    if run_after is not None:
        job.run_after = job.send_at = Now() + run_after if isinstance(run_after, timedelta) else run_after
    if key is None:
        job.save(force_insert=True)
    else:
        # Waits for a twin that is not committed yet, instead of failing on the unique index.
        Job.objects.bulk_create([job], ignore_conflicts=True)
        job = Job.objects.get(key=key)
    wake_relay()
    return job


def wake_relay() -> None:
    """Tell the relays that there may be something to send, once the current transaction is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def _actor(by: Actor | UUID | str) -> str:
    name = by.id if isinstance(by, Actor) else by
    return _opaque(name) if name else ""


def _opaque(value: UUID | int | str) -> str:
    text = str(value)
    if not _OPAQUE.fullmatch(text):
        raise ValueError("A job carries ids, never content.")
    return text
