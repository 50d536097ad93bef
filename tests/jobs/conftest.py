"""Fixtures of the job ledger."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from cellule.jobs.ledger import enqueue
from cellule.jobs.models import Job
from tests.jobs import handlers


@pytest.fixture(autouse=True)
def _nothing_seen() -> Iterator[None]:
    handlers.SEEN.clear()
    yield
    handlers.SEEN.clear()


@pytest.fixture(autouse=True)
def _empty_ledger(request: pytest.FixtureRequest, _django_db_marker: None) -> None:
    """Founding the tests' house asked for work of its own, which is not what these tests count."""
    if request.node.get_closest_marker("django_db"):
        Job.objects.all().delete()


@pytest.fixture
def ask() -> Callable[..., Job]:
    """Ask for work in a transaction of its own."""

    def ask(kind: str, *ids, **options) -> Job:
        with transaction.atomic():
            return enqueue(kind, *ids, **options)

    return ask


@pytest.fixture
def effects() -> Callable[[], list[list[str]]]:
    """Tell the subjects of all effects so far, in their order."""
    return lambda: list(Job.objects.filter(kind="tests.effect").order_by("pk").values_list("subject", flat=True))


@pytest.fixture
def set_row() -> Callable[..., Job]:
    """Change columns of a job by hand, timedelta values counted from now, and read it anew."""

    def set_row(job: Job, **columns) -> Job:
        moments = {name: Now() + value if isinstance(value, timedelta) else value for name, value in columns.items()}
        Job.objects.filter(pk=job.pk).update(**moments)
        return Job.objects.get(pk=job.pk)

    return set_row
