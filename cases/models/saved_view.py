"""A person's own way to look at a list: filters that are kept, named by themselves."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """Which cases a list begins with."""

    MINE = "mine", _("My cases")
    UNIT = "unit", _("Unit’s cases")
    UNASSIGNED = "unassigned", _("Cases without a lead")


class SavedView(models.Model):
    """Filters of one list, codes only: nothing typed is kept, so nothing has to be sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    scope = models.CharField(_("list"), max_length=12, choices=Scope)
    filters = models.JSONField(_("filters"))

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "scope", "filters"], name="saved_view_once")]

    def __str__(self) -> str:
        return "saved view"
