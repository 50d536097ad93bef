"""Sign-in sessions: the key only as a hash, the content sealed with the server's secret."""

import uuid

from django.conf import settings
from django.db import models


class SignInSession(models.Model):
    """One browser that is signed in (or on its way): what a stolen table cannot use."""

    key_hash = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")
    # The session's name in the log; its entries are counted under it.
    log_session = models.UUIDField(default=uuid.uuid4)
    content = models.BinaryField()
    started_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "sign-in session"
