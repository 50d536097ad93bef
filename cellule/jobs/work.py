"""Doing one job: take it, have the effect, mark it done."""

import logging
import time
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from cellule.jobs import kinds
from cellule.jobs.backoff import backoff
from cellule.jobs.models import Job

log = logging.getLogger(__name__)

# While the database restarts, the message stays with its worker instead of emptying the queue for nothing.
PAUSES_WITHOUT_DATABASE = (0.2, 0.5, 1.0, 2.0, 4.0)


def run(job_id: UUID | str) -> None:
    """Do the job if nobody has done it and nobody holds it; a repeated or late message does nothing."""
    job = _claim_patiently(job_id)
    if job is None:
        return
    try:
        kind = kinds.declared(job.kind)
        (_do_outside if kind.outside else _do_inside)(job, kind)
    except Exception as error:  # noqa: BLE001  (work may fail in any way; the ledger tries again)
        # The class only: the text of an error may hold values.
        log.warning("Job %s (%s), attempt %s: %s", job.pk, job.kind, job.attempts, type(error).__name__)
        _note_failure(job, type(error).__name__)


def _claim_patiently(job_id: UUID | str) -> Job | None:
    for pause in (*PAUSES_WITHOUT_DATABASE, None):
        try:
            return claim(job_id)
        except (OperationalError, InterfaceError) as error:
            failure = type(error).__name__
        if pause is not None:
            time.sleep(pause)
    log.warning("Job %s was not begun: %s", job_id, failure)
    return None


def claim(job_id: UUID | str) -> Job | None:
    """Take the job for one lease and commit that; None when it is done, dead, early or held."""
    try:
        with transaction.atomic():
            job = Job.objects.to_take().select_for_update(of=("self",)).filter(pk=job_id).first()
            if job is None:
                return None
            if job.attempts >= settings.JOB_ATTEMPTS:
                # Each attempt took its worker down with it, or no failure could be written.
                job.bury(job.error or "WorkerLost")
                return None
            job.take()
            return job
    except OperationalError as error:
        # Somebody works on the row itself at this moment; the relay will ask again.
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            return None
        raise


def _do_inside(job: Job, kind: kinds.Kind) -> None:
    with transaction.atomic():
        # The row stays locked until the effect is committed: even a lapsed lease lets nobody else in.
        if Job.objects.held_as(job).select_for_update(of=("self",)).first() is None:
            return
        kind.handler(job, *job.subject)
        job.finish()


def _do_outside(job: Job, kind: kinds.Kind) -> None:
    # The attempt is committed by now: after a crash the ledger knows that the effect may have happened.
    kind.handler(job, *job.subject)
    job.finish()


def _note_failure(job: Job, error: str) -> None:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        if job.attempts >= settings.JOB_ATTEMPTS:
            job.bury(error)
        else:
            job.rest(error, backoff(job.attempts))
    except DatabaseError as failure:
        # The lease runs out by itself, and the relay sends the job again.
        log.warning("Job %s: the failure could not be noted: %s", job.pk, type(failure).__name__)
