"""A verification: somebody or the clock has checked the log, up to a checkpoint, with this result."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Fault(models.TextChoices):
    """What can be wrong; the place is named beside it."""

    COLUMNS = "columns", _("An entry holds what no entry can say")
    BODY = "body", _("An entry is not what the tree holds")
    ENTRY_MISSING = "entry_missing", _("An entry of the tree is gone")
    LEAF_MISSING = "leaf_missing", _("A place in the tree is empty")
    NOT_SEQUENCED = "not_sequenced", _("An entry never came into the tree")
    TILE = "tile", _("A part of the tree does not fit its entries")
    ROOT = "root", _("The tree is not the one that was signed")
    SIZE = "size", _("The tree is smaller or larger than what was signed")
    NUMBER = "number", _("A checkpoint is missing")
    SIGNATURE = "signature", _("A checkpoint is not signed by the log")
    CHECKPOINT = "checkpoint", _("A checkpoint does not say what its note says")
    CLOCK = "clock", _("The clock went back and nobody noted it")
    COUNTER = "counter", _("A session has lost an entry")
    FORGOTTEN = "forgotten", _("A removal by rule is not what the log tells of it")
    WITNESS = "witness", _("A witness holds another log")
    ROSTER = "roster", _("A roster of a key group is not one that the log tells of")


class Verification(models.Model):
    """One result: `fault` is empty when everything checked was sound, else `place` names the first bad place."""

    insert_only = True

    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"))
    checkpoint = models.BigIntegerField(_("up to checkpoint"))
    first = models.BigIntegerField(_("from entry"))
    size = models.BigIntegerField(_("entries"))
    fault = models.CharField(_("fault"), max_length=20, choices=Fault, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(fault__in=["", *Fault.values]), name="log_verification_fault")
        ]

    def __str__(self) -> str:
        return f"{self.checkpoint}: {self.fault or 'sound'}"
