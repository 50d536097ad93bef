"""Jobs of this room: the newest part of the log is verified once a day, and its pulse is felt every quarter hour.

Every night what is past its time goes; every minute a collector outside gets what is new, where there is one; who owes
an explanation is reminded, and a month's sample is drawn.
"""

import logging
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from audit.log import key, verifying
from audit.log.stream.streaming import catch_up, waits_since
from audit.log.stream.targets import UnknownTarget
from audit.review.alarms import BROKEN, NOT_COLLECTED, SILENT, STOPPED, alarm
from audit.review.evaluating import evaluate, is_due
from audit.review.models import Item
from audit.review.proof import has_stopped, newest_checkpoint, witnesses
from audit.review.retention import forget_past
from audit.review.rules.rule import all_rules, rule_called
from audit.review.sample import draw_due
from cellule.accounts.roles import SYSTEM
from cellule.jobs.kinds import job, recurring
from cellule.jobs.ledger import enqueue
from cellule.jobs.models import Job
from cellule.jobs.ticks import database_time
from cellule.steps import TooLate

log = logging.getLogger(__name__)

COLLECTOR_AWAY_AFTER = timedelta(hours=1)


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


@recurring("review.ask_rules", every=timedelta(minutes=15))
def ask_rules(job: Job) -> None:
    """Ask for the evaluation of every rule that has something to read: one job each, so that none stops the others."""
    now = database_time()
    for rule in all_rules():
        if is_due(rule, now):
            enqueue("review.ask_rule", rule.code)


@job("review.ask_rule")
def ask_rule(job: Job, code: str) -> None:
    """Ask one rule about everything that it has not judged; nothing when a release has taken it away."""
    rule = rule_called(code)
    if rule is not None:
        evaluate(rule, database_time())


@recurring("review.remind", every=timedelta(hours=1))
def remind(job: Job) -> None:
    """Remind people on the last day for their answer, once."""
    for item in Item.objects.to_remind(timezone.localdate()):
        # They have answered in this moment, or their account was closed.
        with suppress(TooLate):
            item.remind(by=SYSTEM)


@recurring("review.draw_sample", every=timedelta(hours=6))
def draw_sample(job: Job) -> None:
    """Draw the sample of each month that is over, once, as soon as a checkpoint of after it is there."""
    draw_due()


@recurring("review.stream_log", every=timedelta(minutes=1))
def stream_log(job: Job) -> None:
    """Ask that the collector gets what is new, where the settings name one."""
    if settings.LOG_STREAM:
        enqueue("review.hand_over_log")


@job("review.hand_over_log", outside=True)
def hand_over_log(job: Job) -> None:
    """Hand what is new to the collector; one that is away gets it a minute later, and after an hour people are told."""
    try:
        catch_up(settings.LOG_STREAM)
    except UnknownTarget:
        log.error("LOG_STREAM names no collector.")
        alarm(NOT_COLLECTED)
    except OSError as error:
        log.warning("The collector of the log does not answer: %s", type(error).__name__)
        since = waits_since(settings.LOG_STREAM)
        if since is not None and timezone.now() - since > COLLECTOR_AWAY_AFTER:
            alarm(NOT_COLLECTED)
