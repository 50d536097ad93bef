"""A draw: which accesses of a month people look at, chosen by nobody."""

import uuid
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class Draw(models.Model):
    """What a draw rests on, so that anybody can draw it again.

    `seed`: the root (hex) of checkpoint `checkpoint` with `size` entries; `witnessed`: whether a witness kept it;
    `share`: of each person's accesses, 0 to 1; `counted`: the codes of the actions that were accesses then, which a
    later release may see otherwise; the others count what there was and what was drawn.
    """

    insert_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    month = models.DateField(_("month"), unique=True)
    at = models.DateTimeField(_("when"))
    seed = models.CharField(_("seed"), max_length=64)
    checkpoint = models.BigIntegerField(_("checkpoint"))
    size = models.BigIntegerField(_("entries"))
    witnessed = models.BooleanField(_("kept by a witness"))
    share = models.DecimalField(_("share"), max_digits=5, decimal_places=4)
    counted = models.JSONField(_("what counted as an access"), default=list)
    accesses = models.BigIntegerField(_("accesses"))
    people = models.IntegerField(_("people"))
    drawn = models.IntegerField(_("drawn"))

    class Meta:
        verbose_name = _("draw of a sample")
        verbose_name_plural = _("draws of samples")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(month__day=1), name="review_draw_month_is_first_day"),
            models.CheckConstraint(
                condition=models.Q(share__gt=Decimal(0), share__lte=Decimal(1)), name="review_draw_share"
            ),
            models.CheckConstraint(
                condition=models.Q(drawn__gte=models.F("people"), accesses__gte=models.F("drawn")),
                name="review_draw_takes_from_everybody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
