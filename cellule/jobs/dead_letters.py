"""What was given up, for the administrator: kinds and ages, no content."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action
from audit.log.actor import Actor
from audit.log.record import record
from cellule.jobs.ledger import wake_relay
from cellule.jobs.models import Job

RETRIED = Action("jobs.retried", _("Had failed jobs tried again"))


@dataclass(frozen=True)
class DeadLetters:
    """The jobs of one kind that were given up; `oldest` is the age of the first one, `since` its moment."""

    kind: str
    count: int
    oldest: timedelta
    since: datetime


def dead_letters() -> list[DeadLetters]:
    """Count what was given up by kind, the oldest first."""
    age = models.ExpressionWrapper(Now() - models.Min("dead_at"), output_field=models.DurationField())
    rows = (
        Job.objects.dead()
        .values("kind")
        .annotate(count=models.Count("pk"), since=models.Min("dead_at"), oldest=age)
        .order_by("since", "kind")
    )
    return [DeadLetters(**row) for row in rows]


def revive(kind: str, *, by: Actor) -> int:
    """Give all dead letters of one kind a fresh start, and say how many there were."""
    with transaction.atomic():
        revived = (
            Job.objects.dead()
            .filter(kind=kind)
            .update(dead_at=None, attempts=0, publications=0, lease_until=None, run_after=Now(), send_at=Now())
        )
        if revived:
            wake_relay()
            record(RETRIED, by=by)
    return revived
