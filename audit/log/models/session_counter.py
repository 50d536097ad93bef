"""How many entries a session has: a number that is missing shows an entry that was dropped."""

from datetime import datetime
from uuid import UUID

from django.db import connection, models


class SessionCounterManager(models.Manager["SessionCounter"]):
    def advance(self, session: UUID) -> tuple[int, datetime]:
        """Give the session's next number and the database's time, in one statement of the running transaction.

        The row stays locked until the transaction ends, so the numbers of a session have no gap; a rolled back act
        gives its number back.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO log_sessioncounter AS known (session, counter) VALUES (%s, 1)"
                " ON CONFLICT (session) DO UPDATE SET counter = known.counter + 1"
                " RETURNING counter, clock_timestamp()",
                [session],
            )
            return cursor.fetchone()


class SessionCounter(models.Model):
    """One session (of a person, a visitor or a process) and the number of its newest entry."""

    session = models.UUIDField(primary_key=True)
    counter = models.BigIntegerField()

    objects = SessionCounterManager()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(counter__gte=1), name="log_sessioncounter_from_one")]

    def __str__(self) -> str:
        return f"{self.session}: {self.counter}"
