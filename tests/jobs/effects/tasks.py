"""Work whose effects can be counted: a row each time, and nothing that would hide a second one."""

import time

from django.db import connection

from cellule.jobs.kinds import job
from cellule.jobs.models import Job


@job("effects.count")
def count(work: Job, number: str) -> None:
    """Write one row, then linger, so that a kill often falls between effect and commit."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effects (number) VALUES (%s)", [int(number)])
    time.sleep(0.02)
