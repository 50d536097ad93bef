"""Work that only tests ask for. Its effect is one more row in the ledger, so that a second effect shows."""

from datetime import timedelta

from cellule.jobs.kinds import job, recurring
from cellule.jobs.ledger import enqueue
from cellule.jobs.models import Job

SEEN: list[tuple] = []


class Broken(Exception):
    """The work could not be done; its text holds what no ledger may keep."""


@job("tests.effect")
def effect(work: Job) -> None:
    """Stand for what was done; nobody runs it."""


@job("tests.write")
def write(work: Job, *ids: str) -> None:
    enqueue("tests.effect", *ids)


@job("tests.fail")
def fail(work: Job, *ids: str) -> None:
    enqueue("tests.effect", *ids)
    raise Broken("Amina Testoumi")


@job("tests.outside", outside=True)
def outside(work: Job, *ids: str) -> None:
    SEEN.append((work.pk, *ids, Job.objects.get(pk=work.pk).attempts))


@job("tests.outside_fail", outside=True)
def outside_fail(work: Job, *ids: str) -> None:
    SEEN.append((work.pk, *ids))
    raise Broken("Amina Testoumi")


@recurring("tests.hourly", every=timedelta(hours=1))
def hourly(work: Job) -> None:
    enqueue("tests.effect")
