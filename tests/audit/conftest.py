"""What the tests of the log share: an act, somebody who acts, and a way to write many entries."""

import threading
import uuid
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.log import key
from audit.log.actions import Action
from audit.log.actor import Actor
from audit.log.models import Entry
from audit.log.note import VerifierKey
from audit.log.record import record
from audit.log.witness import Memory, server
from audit.log.witnesses.web import Web
from cellule.accounts.models import User
from tests.audit.tree import sequence

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


@pytest.fixture
def log_closed(owner_connection):
    """A context in which the run-time role may not write entries."""

    @contextmanager
    def closed():
        role = connection.ops.quote_name(connection.settings_dict["USER"])
        with owner_connection.transaction():
            owner_connection.execute(f"REVOKE INSERT ON log_entry FROM {role}")
        try:
            yield
        finally:
            with owner_connection.transaction():
                owner_connection.execute(f"GRANT INSERT ON log_entry TO {role}")

    return closed


@pytest.fixture
def queries():
    """Count the statements a call takes."""

    def counted(call) -> int:
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    return counted


@pytest.fixture
def paule(as_):
    """The auditor's browser."""
    return as_("paule")


@pytest.fixture
def rose(as_):
    """The privacy officer's browser."""
    return as_("rose")


@pytest.fixture
def looks():
    """Tell what a person did in the log, oldest first."""

    def looked(name: str) -> list[Entry]:
        user = User.objects.get(email=f"{name}@cellule.example")
        return list(Entry.objects.by_actor(str(user.pk)).filter(action__startswith="log.").order_by("id"))

    return looked


@pytest.fixture
def one_checkpoint(settings, tmp_path, write):
    """A log with one checkpoint and no witness yet."""
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {}
    write()
    sequence()


@pytest.fixture
def memory(one_checkpoint, tmp_path) -> Memory:
    """What the small witness remembers of the log of the settings."""
    return Memory(tmp_path / "memory", "witness.example", VerifierKey.parse(key.read().first))


@pytest.fixture
def web(memory, settings):
    """The small witness, serving on a port of this machine."""
    door = server(memory, 0)
    thread = threading.Thread(target=door.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{door.server_port}"
    settings.LOG_WITNESSES = {"web": f"{address} {memory.signer.verifier}"}
    yield Web("web", address, memory.signer.verifier)
    door.shutdown()
    door.server_close()
    thread.join()
