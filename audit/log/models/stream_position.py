"""How far a collector outside has got with the entries of the log."""

from django.db import models


class StreamPosition(models.Model):
    """One collector by its address, and the next place of the tree that it has not got yet."""

    target = models.CharField(primary_key=True, max_length=200)
    following = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(following__gte=0), name="log_stream_from_zero")]

    def __str__(self) -> str:
        return f"{self.target}: {self.following}"
