"""Jobs of this room: the newest part of the log is verified once a day, and its pulse is felt every quarter hour.

Every night what is past its time goes; every minute a collector outside gets what is new, where there is one.
"""

import logging
from datetime import timedelta

from django.conf import settings

from audit.log import key, verifying
from audit.log.stream.streaming import catch_up
from audit.review.alarms import BROKEN, SILENT, STOPPED, alarm
from audit.review.proof import has_stopped, newest_checkpoint, witnesses
from audit.review.retention import forget_past
from cellule.jobs.kinds import job, recurring
from cellule.jobs.ledger import enqueue
from cellule.jobs.models import Job

log = logging.getLogger(__name__)


@recurring("review.verify_daily", every=timedelta(days=1))
def verify_daily(job: Job) -> None:
    """Ask for a verification; it takes a transaction of its own, in which nothing of the log moves."""
    enqueue("review.verify_newest")


@job("review.verify_newest", outside=True)
def verify_newest(job: Job) -> None:
    """Verify what came since the last sound verification, and raise the alarm when something is wrong."""
    try:
        progress = verifying.newest_part()
    except key.NoKey:
        # The pulse tells of a log that never began.
        return
    if verifying.verify(progress).fault:
        alarm(BROKEN)


@recurring("review.forget_nightly", every=timedelta(days=1))
def forget_nightly(job: Job) -> None:
    """Ask for the removal of entries whose time is over; it takes transactions of its own."""
    enqueue("review.forget_past")


@job("review.forget_past", outside=True)
def remove_past(job: Job) -> None:
    """Remove entries whose time is over, with their sealed details."""
    forget_past()


@recurring("review.feel_pulse", every=timedelta(minutes=15))
def feel_pulse(job: Job) -> None:
    """Raise the alarm when the log has stopped signing, or a witness is silent or holds another log."""
    if has_stopped(newest_checkpoint()):
        alarm(STOPPED)
        return
    standing = witnesses()
    if any(witness.refuses for witness in standing):
        alarm(BROKEN)
    if any(witness.silent for witness in standing):
        alarm(SILENT)


@recurring("review.stream_log", every=timedelta(minutes=1))
def stream_log(job: Job) -> None:
    """Ask that the collector gets what is new, where the settings name one."""
    if settings.LOG_STREAM:
        enqueue("review.hand_over_log")


@job("review.hand_over_log", outside=True)
def hand_over_log(job: Job) -> None:
    """Hand what is new to the collector; one that is away gets it a minute later."""
    try:
        catch_up(settings.LOG_STREAM)
    except OSError as error:
        log.warning("The collector of the log does not answer: %s", type(error).__name__)
