"""What the tests of the log share: an act, somebody who acts, and a way to write many entries."""

import uuid

import pytest
from django.db import transaction

from audit.log.actions import Action
from audit.log.actor import Actor
from audit.log.record import record

_ACT = Action("tests.acted", "Acted in a test")


@pytest.fixture
def act() -> Action:
    return _ACT


@pytest.fixture
def actor() -> Actor:
    return Actor(id=str(uuid.uuid4()), role="caseworker", organisation="Unité", session=uuid.uuid4())


@pytest.fixture
def write(act, actor):
    """Write one entry in a transaction of its own; what is not said is taken from `act` and `actor`."""

    def written(action=act, *, by=actor, **told):
        with transaction.atomic():
            return record(action, by=by, **told)

    return written
