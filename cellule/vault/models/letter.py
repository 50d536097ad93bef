"""Letters: what somebody writes to a group's post box without being able to read it again."""

import uuid

from django.db import models


class Letter(models.Model):
    """A sealed letter; `row` is what it belongs to (a log entry), its key half lies in the key schema."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=40)
    group = models.UUIDField()
    epoch = models.PositiveIntegerField()
    row = models.UUIDField(unique=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return self.purpose


class LetterKey(models.Model):
    """The key of a letter, wrapped to the group's post box."""

    key_schema = True

    letter = models.UUIDField(primary_key=True)
    wrap = models.BinaryField()

    def __str__(self) -> str:
        return "letter key"
