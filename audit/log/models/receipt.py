"""A receipt: what a witness answered when it was handed a checkpoint."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Receipt(models.Model):
    """One answer. `held`: the witness keeps this checkpoint; otherwise it knows another log than ours.

    `words`: the witness's own signature line, where it gives one. `anew`: it had lost what it took before, and was
    handed everything from the first checkpoint on.
    """

    insert_only = True

    witness = models.CharField(_("witness"), max_length=100)
    checkpoint = models.BigIntegerField(_("number"))
    size = models.BigIntegerField(_("entries"))
    at = models.DateTimeField(_("when"))
    held = models.BooleanField()
    words = models.TextField(blank=True)
    anew = models.BooleanField(default=False, db_default=False)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["witness", "-id"], name="log_receipt_of_witness"),
            models.Index(fields=["witness", "-id"], name="log_receipt_anew", condition=models.Q(anew=True)),
        ]

    def __str__(self) -> str:
        return f"{self.witness}: {self.checkpoint}"
