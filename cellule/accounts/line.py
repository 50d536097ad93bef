"""The line before the passphrase: a few at once, and never so many that a flood of tries stops who is in already.

One try takes 64 MiB for a moment, and a thread of the server until its answer leaves. Whoever finds no place is told so
at once, and comes back: nobody's account is shut, and nothing is counted against them.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings


class Crowded(Exception):
    """All places are taken; this passphrase was not even looked at."""


class Line:
    """Places in one process of the server; `most` of all, and one of them only for who has signed in before."""

    def __init__(self, most: int) -> None:
        self._all = threading.BoundedSemaphore(most)
        self._strangers = threading.BoundedSemaphore(most - 1)

    @contextmanager
    def place(self, *, is_known: bool) -> Iterator[None]:
        """Hold a place, whoever unlocks and whoever signs in (`is_known`: the first). Raises Crowded at once."""
        with ExitStack() as held:
            for places in (self._all,) if is_known else (self._strangers, self._all):
                if not places.acquire(blocking=False):
                    raise Crowded
                held.callback(places.release)
            yield


LINE = Line(settings.PASSPHRASE_PLACES)
