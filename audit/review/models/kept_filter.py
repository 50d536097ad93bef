"""A reviewer's own way to ask the log: filters that are kept, named by themselves."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptFilter(models.Model):
    """Filters of the log, codes and opaque ids only: nothing typed is kept, so nothing has to be sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_filters")
    filters = models.JSONField(_("filters"))

    class Meta:
        verbose_name = _("kept filter")
        verbose_name_plural = _("kept filters")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "filters"], name="kept_filter_once")]

    def __str__(self) -> str:
        return "kept filter"
