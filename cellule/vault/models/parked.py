"""Text that reached a locked session: sealed to its author, offered after the unlock."""

import uuid

from django.db import models


class ParkedText(models.Model):
    """A form's content sealed to its author's public key; its key is an owner key of the author."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.UUIDField(db_index=True)
    path = models.CharField(max_length=200)
    sealed = models.BinaryField()
    kept_on = models.DateField(auto_now_add=True)

    def __str__(self) -> str:
        return "parked text"
