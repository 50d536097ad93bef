"""Two sides in two processes, each with settings of its own: the house, and the same pages in plain Django."""

import importlib
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


class SideEnded(Exception):
    """The process of a side has ended, because something went wrong there."""


class Side:
    """A process that does what it is told, one call after the other."""

    def __init__(self, settings: str, url: str, data: Path) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        # Started afresh, so that it inherits no settings and no connection.
        self._process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(theirs, settings, url, str(data)), daemon=True
        )
        self._process.start()
        theirs.close()

    def do(self, function: str, *given: Any) -> Any:
        """Call `module:function` over there and give what it gives (SideEnded when it failed)."""
        self._ours.send((function, given))
        try:
            return self._ours.recv()
        except EOFError:
            raise SideEnded(f"{function} failed; the words of its process are above") from None

    def stop(self) -> None:
        self._ours.close()
        self._process.join(10)
        self._process.terminate()


@contextmanager
def side(settings: str, url: str, data: Path) -> Iterator[Side]:
    """Run one side over the database at `url`, as the role named there, for as long as it is needed."""
    started = Side(settings, url, data)
    try:
        yield started
    finally:
        started.stop()


def _serve(parent: Connection, settings: str, url: str, data: str) -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": settings, "DATABASE_URL": url, "DATA": data}
    import django  # reads the settings that were just named

    django.setup()
    while True:
        try:
            function, given = parent.recv()
        except EOFError:
            return
        module, _, name = function.partition(":")
        # What goes wrong ends this process, with its traceback on the terminal.
        parent.send(getattr(importlib.import_module(module), name)(*given))
