"""How far a rule has read the log."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Evaluation(models.Model):
    """One rule's mark. Entries before `until` were judged, and checkpoints up to `checkpoint`."""

    rule = models.CharField(_("rule"), max_length=40, primary_key=True)
    until = models.DateTimeField(_("judged until"))
    checkpoint = models.BigIntegerField(_("up to checkpoint"), default=0)
    evaluated_at = models.DateTimeField(_("last evaluated"))

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.rule}: {self.until:%Y-%m-%d %H:%M}"
