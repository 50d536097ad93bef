"""A checkpoint: the tree as it stood at a moment, signed by the log."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.log.statement import Statement


class Checkpoint(models.Model):
    """One signed note. Numbers rise from 1 without a gap; the other columns repeat what the note says."""

    insert_only = True

    number = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("when"))
    size = models.BigIntegerField(_("entries"), db_index=True)
    note = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gte=1, size__gte=0), name="log_checkpoint_counts")
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.size}"

    @property
    def statement(self) -> Statement:
        """What the note says; raises NotSigned."""
        return Statement.parse(self.note)
