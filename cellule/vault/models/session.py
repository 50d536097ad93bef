"""The session copy of a person's root: unlogged, never dumped, worthless without the cookie and this boot."""

import uuid

from django.db import models


class VaultSession(models.Model):
    """An unlocked vault (or one that waits for the second factor) of one sign-in session."""

    key_schema = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.UUIDField(db_index=True)
    sign_in = models.CharField(max_length=64, db_index=True)
    boot = models.BinaryField()
    pending = models.BooleanField(default=False)
    wrap = models.BinaryField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return "vault session"
