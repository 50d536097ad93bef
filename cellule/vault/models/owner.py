"""What content lies under: an owner's keys, and the row that stands for a case in the log."""

import uuid

from django.db import models


class Compartment(models.TextChoices):
    """What dies together: contact and identity are opened with a reason, story and ordinary with the case.

    A packet has two of its own: the envelope, and what was agreed to be given.
    """

    CONTACT = "contact"
    IDENTITY = "identity"
    STORY = "story"
    ORDINARY = "ordinary"
    DRAFT = "draft"
    ENVELOPE = "envelope"
    AGREED = "agreed"


class OwnerKey(models.Model):
    """One random key of an owner (a case, a packet, a person's draft): without this row every copy is dead."""

    key_schema = True

    owner = models.UUIDField()
    compartment = models.CharField(max_length=10, choices=Compartment)
    version = models.PositiveIntegerField()
    holder = models.UUIDField()
    epoch = models.PositiveIntegerField()
    wrap = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "compartment", "version", "holder"], name="owner_key_one_per_holder"
            )
        ]
        # Somebody who leaves takes what they alone held with them, without a look at every case.
        indexes = [models.Index(fields=["holder"], name="owner_key_by_holder")]

    def __str__(self) -> str:
        return f"{self.compartment} {self.version}"


class SubjectRow(models.Model):
    """The random reference of a case in the log; once it is destroyed nobody can join the entries to a case."""

    key_schema = True

    owner = models.UUIDField(primary_key=True)
    log_reference = models.UUIDField(default=uuid.uuid4, unique=True)

    def __str__(self) -> str:
        return "subject"
