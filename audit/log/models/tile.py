"""A full tile of the tree (C2SP tlog-tiles), by its hash."""

from django.db import models

# A tile holds 2**8 hashes; a tile of level 1 holds the hashes of 256 full tiles of level 0.
HEIGHT = 8
WIDTH = 1 << HEIGHT


class Tile(models.Model):
    """The root over the 256**level leaves that begin at index * 256**level; leaves themselves are level 0."""

    insert_only = True

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="log_tile_once"),
            models.CheckConstraint(condition=models.Q(level__gte=1, index__gte=0), name="log_tile_in_tree"),
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"
