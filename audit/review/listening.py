"""What reaches the rules without being asked for: alarms of the log, and verdicts on signals."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from audit.review.alarms import BROKEN, SILENT, STOPPED, on_alarm
from audit.review.evaluating import keep
from audit.review.models import Feedback, Item, Queue, Signal
from audit.review.rules.log_health import LOG_BROKEN, LOG_STOPPED, WITNESS_SILENT
from audit.review.rules.rule import Hit
from audit.review.verdicts import on_verdict
from cellule.jobs.ticks import database_time
from cellule.notices.kinds import NoticeKind

_RULES = {BROKEN.code: LOG_BROKEN, STOPPED.code: LOG_STOPPED, SILENT.code: WITNESS_SILENT}


@on_alarm
def hear_alarm(kind: NoticeKind) -> None:
    """Make a signal of an alarm, one a day as long as it lasts; one that is no rule's is for people alone."""
    if kind.code not in _RULES:
        return
    now = database_time()
    keep(_RULES[kind.code], Hit(str(timezone.localdate(now)), now))


@on_verdict(Queue.SIGNAL)
def learn(item: Item, by: Any) -> None:
    """Keep with the rule what people made of its hit; what no rule brought here teaches none."""
    signal = _signal_of(item)
    if signal is not None:
        told = {"rule": signal.rule, "verdict": item.state, "by": by.user.pk, "at": timezone.now()}
        Feedback.objects.update_or_create(signal=signal, defaults=told)


def _signal_of(item: Item) -> Signal | None:
    try:
        return Signal.objects.filter(pk=UUID(item.key), rule=item.rule).first()
    except ValueError:
        return None
