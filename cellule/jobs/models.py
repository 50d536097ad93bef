"""The ledger: one row per piece of work, written with the act that asks for it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest, Now
from django.utils.translation import gettext_lazy as _

from audit.log.identifier import uuid7
from cellule.jobs.backoff import backoff, lease

OPEN = Q(done_at=None, dead_at=None)


def new_id() -> UUID:
    """Make a key that sorts by its moment; only ledgers use such keys."""
    return uuid7(datetime.now(UTC))


class JobQuerySet(models.QuerySet["Job"]):
    """Every moment is the database's: machines need not agree on the time."""

    def unfinished(self) -> "JobQuerySet":
        return self.filter(OPEN)

    def to_send(self) -> "JobQuerySet":
        """Keep what a relay may send now: never sent, failed and rested, or sent and not heard of for long."""
        return self.unfinished().filter(send_at__lte=Now())

    def to_take(self) -> "JobQuerySet":
        """Keep what a worker may take now: unfinished, due, and held by nobody."""
        return self.unfinished().filter(Q(lease_until=None) | Q(lease_until__lte=Now()), run_after__lte=Now())

    def dead(self) -> "JobQuerySet":
        return self.exclude(dead_at=None)

    def held_as(self, job: "Job") -> "JobQuerySet":
        """Keep the job's row if it is still held by the attempt that `job` was taken for."""
        return self.unfinished().filter(pk=job.pk, attempts=job.attempts)

    def mark_sent(self, jobs: list["Job"]) -> None:
        """Note that the broker has the ids; they are sent again only after a lease and a growing pause."""
        for publications in {job.publications for job in jobs}:
            rest = lease() + backoff(publications + 1)
            self.filter(pk__in=[job.pk for job in jobs if job.publications == publications]).update(
                published_at=Now(), publications=publications + 1, send_at=Now() + rest
            )


class Job(models.Model):
    """A piece of work. It names its subject by opaque ids and holds no content."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    subject = models.JSONField(_("subject"), default=list)
    by = models.CharField(_("asked for by"), max_length=64, blank=True)
    key = models.CharField(_("idempotency key"), max_length=160, null=True, unique=True)  # noqa: DJ001  (NULL is not unique)
    made_at = models.DateTimeField(_("made at"), db_default=Now())
    run_after = models.DateTimeField(_("not before"), db_default=Now())
    # When the relay may send it (again); the message is a hint, the row is the truth.
    send_at = models.DateTimeField(_("to send at"), db_default=Now())
    published_at = models.DateTimeField(_("sent at"), null=True)
    publications = models.PositiveIntegerField(_("times sent"), default=0)
    lease_until = models.DateTimeField(_("held until"), null=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    done_at = models.DateTimeField(_("done at"), null=True)
    dead_at = models.DateTimeField(_("given up at"), null=True)
    error = models.CharField(_("last error"), max_length=100, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["send_at"], condition=OPEN, name="job_to_send"),
            models.Index(fields=["kind", "dead_at"], condition=Q(dead_at__isnull=False), name="job_dead"),
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="job_done"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(dead_at=None),
                name="job_done_or_dead",
                violation_error_message=_("A job is done or given up, not both."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def take(self) -> None:
        """Hold the job for one lease (its row must be locked by the caller)."""
        until = Now() + lease()
        self.attempts += 1
        Job.objects.filter(pk=self.pk).update(
            attempts=self.attempts, lease_until=until, send_at=Greatest("send_at", until)
        )

    def finish(self) -> bool:
        """Mark the job done; False when another attempt holds it by now."""
        return bool(Job.objects.held_as(self).update(done_at=Now(), lease_until=None, error=""))

    def rest(self, error: str, pause: timedelta) -> None:
        """Give the job back after a failed attempt, to be sent again after the pause."""
        after = Now() + pause
        Job.objects.held_as(self).update(error=error, lease_until=None, run_after=after, send_at=after)

    def bury(self, error: str) -> None:
        """Give the job up: it becomes a dead letter until an administrator revives it."""
        Job.objects.held_as(self).update(error=error, lease_until=None, dead_at=Now())
