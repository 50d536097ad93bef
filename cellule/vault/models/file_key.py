"""The key of one sealed file: without this row every copy of its bytes is dead."""

import uuid

from django.db import models

from cellule.vault.models.owner import Compartment


class FileKey(models.Model):
    """A random key of one blob in the store, under the key of its owner's compartment; replaced, never turned.

    `blob`: the random name in the store; `file`: the row it belongs to; `version`: of the owner's key.
    """

    key_schema = True

    blob = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.UUIDField(db_index=True)
    owner = models.UUIDField(db_index=True)
    compartment = models.CharField(max_length=10, choices=Compartment)
    version = models.PositiveIntegerField()
    wrap = models.BinaryField()

    def __str__(self) -> str:
        return "file key"
