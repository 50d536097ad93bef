"""A hold: entries that stay although their time is over, because somebody still needs them."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class HoldQuerySet(models.QuerySet["Hold"]):
    def in_force(self) -> "HoldQuerySet":
        """Keep the holds that nobody has lifted."""
        return self.exclude(pk__in=HoldLifted.objects.values("hold"))


class Hold(models.Model):
    """One hold: of everything about one case (`reference`, and its log reference where one is known), or of a period.

    `start`, `end`: from, and up to but not including; `by`: an opaque id. It ends with a row of `HoldLifted`.
    """

    insert_only = True

    class Reason(models.TextChoices):
        COURT = "court", _("A court or a tribunal")
        COMMISSION = "commission", _("The Commission d’accès à l’information")
        COMPLAINT = "complaint", _("A complaint of the person")
        INQUIRY = "inquiry", _("An inquiry of our own")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = models.CharField(_("who"), max_length=64)
    reason = models.CharField(_("why"), max_length=20, choices=Reason)
    reference = models.CharField(_("reference"), max_length=64, blank=True)
    subject = models.UUIDField(_("log reference"), null=True)
    start = models.DateTimeField(_("from"), null=True)
    end = models.DateTimeField(_("to"), null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reason__in=["court", "commission", "complaint", "inquiry"]), name="log_hold_reason"
            ),
            models.CheckConstraint(
                condition=(~models.Q(reference="") & models.Q(start=None, end=None))
                | models.Q(reference="", subject=None, start__lt=models.F("end")),
                name="log_hold_of_a_case_or_a_period",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def last_day(self) -> datetime | None:
        """The last instant of the period."""
        return self.end - timedelta(microseconds=1) if self.end else None


class HoldLifted(models.Model):
    """The end of a hold."""

    insert_only = True

    hold = models.UUIDField(primary_key=True)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = models.CharField(_("who"), max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.hold)
