"""The log of the database that is measured, signed with a key of its own for as long as its process lives."""

import contextlib
import functools
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

from audit.log.sequencer import BATCH, NotAlone, Sequencer


def prepare() -> None:
    """Give the log its key, the same at each call, and no witness; sequence what waits."""
    settings.LOG_KEY_FILE = _key_file()
    settings.LOG_WITNESSES = {}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    sequencer = _alone()
    while sequencer.work() == BATCH:
        pass
    sequencer.close()


def _alone() -> Sequencer:
    """The sequencer, once the database has wound up one that was killed."""
    while True:
        with contextlib.suppress(NotAlone):
            return Sequencer()
        time.sleep(0.1)


@functools.cache
def _key_file() -> Path:
    return Path(tempfile.mkdtemp(prefix="cellule-log-")) / "log.json"
