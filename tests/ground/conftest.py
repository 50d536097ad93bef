"""A folder in which a second server may be started and killed."""

import tempfile
from pathlib import Path

import pytest

from cellule.ground.postgres import Server


@pytest.fixture
def folder():
    """A short folder that the server's account can pass through."""
    with tempfile.TemporaryDirectory(prefix="cellule-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def server(folder):
    """A running server of this test's own."""
    server = Server(folder / "data", durable=False)
    server.start()
    yield server
    server.stop()
