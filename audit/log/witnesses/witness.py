"""What a witness is to the log: somebody who keeps checkpoints where the log's operator cannot rewrite them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from audit.log.models import Checkpoint, Receipt


class Away(Exception):
    """The witness cannot be reached now; it is asked again later."""


class Emptied(Exception):
    """The witness does not have any more what it had taken: it begins anew."""


class AnotherLog(Exception):
    """The witness holds a checkpoint that our log does not lead on from: a fork, or an old backup."""


@dataclass(frozen=True)
class Copy:
    """A checkpoint as a witness keeps it."""

    number: int
    note: str


class Witness(Protocol):
    """One witness under its name in the settings."""

    name: str
    # Seconds between two hand-overs.
    every: float
    # Whether it takes the newest checkpoint alone, however many there were since.
    newest_only: bool

    def keep(self, checkpoints: Sequence[Checkpoint], after: Receipt | None = None) -> str:
        """Take the checkpoints since the last one it took, oldest first; give its signature line, if it has one.

        `after`: its answer to the one before these. Raises Away, AnotherLog, or Emptied when it does not have that one
        any more (as far as that can be seen).
        """

    def copies(self) -> Iterator[Copy]:
        """Give what it keeps, one after the other, where that can be read back."""
