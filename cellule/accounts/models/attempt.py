"""What slows guessing down without ever shutting anybody out, and what stops a code from being used twice."""

from django.db import models


class FailedAttempt(models.Model):
    """Failures of one account from one network, of one account, or of one network; the key is a keyed hash."""

    key = models.BinaryField(primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    wait_until = models.DateTimeField()

    def __str__(self) -> str:
        return "failed attempts"


class UsedCode(models.Model):
    """A second-factor code that was accepted, as a keyed hash, until it could not be accepted again anyway."""

    key = models.BinaryField(primary_key=True)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "used code"
