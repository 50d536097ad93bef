"""What people made of a rule's hits: the measure of the rule, never of a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Feedback(models.Model):
    """The verdict on one signal, kept with the rule that gave it. Justified means that the rule was wrong."""

    signal = models.OneToOneField("review.Signal", on_delete=models.PROTECT, primary_key=True, related_name="feedback")
    rule = models.CharField(_("rule"), max_length=40)
    verdict = models.CharField(_("verdict"), max_length=20)
    by = models.UUIDField(_("judged by"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("verdict on a signal")
        verbose_name_plural = _("verdicts on signals")
        default_permissions = ()
        indexes = [models.Index(fields=["rule", "verdict"], name="review_feedback_of_rule")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.verdict}"
