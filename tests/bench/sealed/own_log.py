"""The log of the database that is measured, signed with a key of its own for as long as its process lives."""

import functools
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection

from audit.log.sequencer import BATCH, Sequencer


def prepare() -> None:
    """Give the log its key, the same at each call, and no witness; sequence what waits."""
    settings.LOG_KEY_FILE = _key_file()
    settings.LOG_WITNESSES = {}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    sequencer = Sequencer()
    while sequencer.work() == BATCH:
        pass
    sequencer.close()


@functools.cache
def _key_file() -> Path:
    return Path(tempfile.mkdtemp(prefix="cellule-log-")) / "log.json"
