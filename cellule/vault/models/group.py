"""Key groups: who opens together. Rights come from signed rosters, never from these rows."""

import uuid

from django.db import models


class KeyGroup(models.Model):
    """A vault group: the intake, the unit, the auditors, the privacy officers, later agencies and circles."""

    class Kind(models.TextChoices):
        INTAKE = "intake"
        UNIT = "unit"
        AUDITORS = "auditors"
        PRIVACY = "privacy"

    insert_only = True
    key_schema = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind, unique=True)

    def __str__(self) -> str:
        return self.kind


class Roster(models.Model):
    """One signed list of members per group and change; `body` is hashed and verified as stored."""

    insert_only = True
    key_schema = True

    group = models.ForeignKey(KeyGroup, on_delete=models.PROTECT, related_name="rosters")
    number = models.PositiveIntegerField()
    body = models.BinaryField()
    # [{"holder": uuid, "fingerprint": hex, "signature": hex}]: one, or two where two must agree.
    signatures = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "number"], name="roster_one_per_number")]

    def __str__(self) -> str:
        return f"roster {self.number}"


class ProposedRoster(models.Model):
    """A roster that one supervisor has signed and a second one must sign too."""

    key_schema = True

    group = models.ForeignKey(KeyGroup, on_delete=models.PROTECT, related_name="proposals")
    entrant = models.UUIDField()
    body = models.BinaryField()
    signatures = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "entrant"], name="proposal_one_per_entrant")]

    def __str__(self) -> str:
        return "proposed roster"


class GroupWrap(models.Model):
    """A group's root in one epoch, wrapped for one member (or for the house)."""

    key_schema = True

    group = models.ForeignKey(KeyGroup, on_delete=models.PROTECT, related_name="wraps")
    epoch = models.PositiveIntegerField()
    holder = models.UUIDField(db_index=True)
    wrap = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "epoch", "holder"], name="group_wrap_one_per_holder")]

    def __str__(self) -> str:
        return f"epoch {self.epoch}"


class EpochLink(models.Model):
    """The root of the epoch before, under this epoch's root."""

    key_schema = True

    group = models.ForeignKey(KeyGroup, on_delete=models.PROTECT, related_name="links")
    epoch = models.PositiveIntegerField()
    wrap = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "epoch"], name="epoch_link_one_per_epoch")]

    def __str__(self) -> str:
        return f"epoch {self.epoch}"
