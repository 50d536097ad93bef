"""Key groups: who opens together. Rights come from signed rosters, never from these rows."""

import uuid

from django.db import models


class KeyGroup(models.Model):
    """A vault group: the intake, the unit, the auditors, the privacy officers, each partner agency; the circles of cases."""

    class Kind(models.TextChoices):
        INTAKE = "intake"
        UNIT = "unit"
        AUDITORS = "auditors"
        PRIVACY = "privacy"
        AGENCY = "agency"
        CIRCLE = "circle"

    insert_only = True
    key_schema = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    # Whose group an agency's is (no foreign key: none crosses into the key schema); the signed rosters say it too.
    organisation = models.UUIDField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(organisation=None) & ~models.Q(kind="circle"),
                name="key_group_one_of_the_house_per_kind",
            ),
            models.UniqueConstraint(fields=["kind", "organisation"], name="key_group_one_per_agency"),
            models.CheckConstraint(
                condition=models.Q(kind="agency", organisation__isnull=False)
                | (~models.Q(kind="agency") & models.Q(organisation__isnull=True)),
                name="key_group_of_an_organisation_is_an_agency",
            ),
        ]

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


class Departure(models.Model):
    """Keys that count in a group no more, until a member has made the root that leaves them out."""

    key_schema = True

    group = models.ForeignKey(KeyGroup, on_delete=models.PROTECT, related_name="departures")
    fingerprint = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "fingerprint"], name="departure_once_per_group")]

    def __str__(self) -> str:
        return "departure"
