"""Invitations: a one-time code by which a person enrols in their own browser."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Those that can still be used."""
        return self.filter(used_at=None, withdrawn_at=None, ends_at__gt=timezone.now())


def _end():
    return timezone.now() + timedelta(hours=settings.INVITATION_HOURS)


class Invitation(models.Model):
    """A way in for one account, once, for 72 hours; the code itself is stored nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    made_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(default=_end)
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return "invitation"

    @property
    def is_open(self) -> bool:
        return self.used_at is None and self.withdrawn_at is None and self.ends_at > timezone.now()
