"""How many entries a session has: a number that is missing shows an entry that was dropped."""

from django.db import models


class SessionCounter(models.Model):
    """One session (of a person, a visitor or a process) and the number of its newest entry; entries advance it."""

    session = models.UUIDField(primary_key=True)
    counter = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.session}: {self.counter}"
