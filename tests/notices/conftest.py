"""Fixtures of the notices."""

from collections.abc import Callable

import pytest

from cellule.accounts.models import Organisation, User
from cellule.jobs import work
from cellule.jobs.models import Job


@pytest.fixture
def organisation(db) -> Organisation:
    return Organisation.objects.create(name="Maison Fictive")


@pytest.fixture
def person(organisation: Organisation) -> Callable[..., User]:
    """Make a person with an account."""

    def person(name: str, **fields) -> User:
        email = f"{name.split()[0].lower()}@example.org"
        return User.objects.create(name=name, email=email, role="agency_worker", organisation=organisation, **fields)

    return person


@pytest.fixture
def deliver() -> Callable[[], None]:
    """Do all mail jobs that are open, as the worker would."""

    def deliver() -> None:
        for job in Job.objects.unfinished().filter(kind__in=["notices.deliver", "tests.letter"]):
            work.run(job.pk)

    return deliver
