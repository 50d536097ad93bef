"""A signal: something in the log that one of the rules asks a person to look at."""

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Signal(models.Model):
    """One hit of a rule, kept for ever as it was found. `key` tells the hits of one rule apart."""

    insert_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.CharField(_("rule"), max_length=40)
    key = models.CharField(_("key"), max_length=200)
    actor_id = models.CharField(_("who"), max_length=64)
    subject = models.UUIDField(_("log reference"), null=True)
    reference = models.CharField(_("reference"), max_length=64, blank=True)
    first_entry = models.UUIDField(_("first entry"), null=True)
    entries = models.JSONField(_("entries"), default=list)
    at = models.DateTimeField(_("when"))
    found_at = models.DateTimeField(_("found"), db_default=Now())

    class Meta:
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["rule", "key"], name="review_signal_once")]
        indexes = [models.Index(fields=["rule", "found_at"], name="review_signal_of_rule")]

    def __str__(self) -> str:
        return f"{self.rule} {self.key}"
