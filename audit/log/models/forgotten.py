"""What of the log was removed by rule: which places of the tree have no entry any more, and may have none."""

from django.db import models


class Forgotten(models.Model):
    """Neighbouring places whose entries are gone, `first` and `last` included.

    `mark`: of the entry that tells of the removal, a hash over all that went with it; `checkpoint`: the number of one
    that already held these places long ago, so that their age is signed.
    """

    insert_only = True

    mark = models.CharField(max_length=64)
    first = models.BigIntegerField()
    last = models.BigIntegerField(db_index=True)
    checkpoint = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["mark", "first"], name="log_forgotten_once"),
            models.CheckConstraint(
                condition=models.Q(first__gte=0, last__gte=models.F("first")), name="log_forgotten_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


class ForgottenCount(models.Model):
    """How many entries of one session went with a removal, so that its numbers can still be counted."""

    insert_only = True

    mark = models.CharField(max_length=64)
    session = models.UUIDField(db_index=True)
    entries = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["mark", "session"], name="log_forgottencount_once"),
            models.CheckConstraint(condition=models.Q(entries__gte=1), name="log_forgottencount_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.session}: {self.entries}"
