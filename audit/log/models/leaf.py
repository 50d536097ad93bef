"""A leaf of the tree: which entry has which place; it stays when the entry goes."""

from django.db import models


class Leaf(models.Model):
    """The place of one entry, counted from 0 without a gap, and the entry's hash."""

    insert_only = True

    position = models.BigIntegerField(primary_key=True)
    entry = models.UUIDField(unique=True)
    hash = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(position__gte=0), name="log_leaf_from_zero")]

    def __str__(self) -> str:
        return f"{self.position}: {self.entry}"
