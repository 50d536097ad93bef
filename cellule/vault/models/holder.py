"""Who holds keys: public keys, the slots that open a person's root, the custodians' wraps of the house root."""

import uuid

from django.db import models


class HolderKeys(models.Model):
    """Public keys of a person (or of the house). Counts only where a roster names its fingerprint."""

    insert_only = True
    key_schema = True

    fingerprint = models.CharField(max_length=64, primary_key=True)
    holder = models.UUIDField(db_index=True)
    public = models.BinaryField()

    class Meta:
        verbose_name = "public keys"

    def __str__(self) -> str:
        return self.fingerprint[:12]


class Slot(models.Model):
    """One way to open a person's root: the passphrase, and beside it any number of passkeys."""

    class Kind(models.TextChoices):
        PASSPHRASE = "passphrase"
        PASSKEY = "passkey"

    key_schema = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PASSPHRASE)
    fingerprint = models.CharField(max_length=64)
    salt = models.BinaryField()
    # All three are 0 for a passkey: what it gives is random already and needs no stretching.
    memory = models.PositiveIntegerField()
    passes = models.PositiveSmallIntegerField()
    lanes = models.PositiveSmallIntegerField()
    pepper_number = models.PositiveSmallIntegerField()
    wrap = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["holder"], condition=models.Q(kind="passphrase"), name="slot_one_passphrase_per_holder"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} slot"


class HouseTurn(models.Model):
    """A house root that took the place of an older one: both have signed `body`, which holds how far the older counts."""

    insert_only = True
    key_schema = True

    made = models.CharField(max_length=64, primary_key=True)
    before = models.CharField(max_length=64)
    body = models.BinaryField()
    signed_before = models.BinaryField()
    signed_made = models.BinaryField()

    def __str__(self) -> str:
        return self.made[:12]


class CustodianWrap(models.Model):
    """The house root under two of three custodians' sheets."""

    key_schema = True

    pair = models.CharField(max_length=3, primary_key=True)
    wrap = models.BinaryField()

    def __str__(self) -> str:
        return self.pair
