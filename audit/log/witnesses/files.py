"""Witnesses that are files: one that only grows, and a folder (on another machine) with a file for each checkpoint."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from audit.log.models import Checkpoint, Receipt
from audit.log.witnesses.witness import AnotherLog, Away, Copy, Emptied

# Longer than all that is handed over at once.
_TAIL = 8 * 1024 * 1024


class File:
    """One line of JSON for each checkpoint; where the system knows append-only files (`chattr +a`), it can be one."""

    every = 5.0
    newest_only = False

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path
        # What was written last by this process, and how long the file was then.
        self._number, self._size = 0, -1

    def keep(self, checkpoints: Sequence[Checkpoint], after: Receipt | None = None) -> str:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = checkpoints
            if not self._is_as_we_left_it(checkpoints[0]):
                known = self._known()
                new = _new(known, checkpoints)
                if after is not None and after.checkpoint not in known and not self._has(after.checkpoint):
                    raise Emptied
            lines = "".join(json.dumps({"number": each.number, "note": each.note}) + "\n" for each in new)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "ab") as file:
                # A line that was cut off by a crash ends here.
                if self.path.stat().st_size and not self._ends_whole():
                    file.write(b"\n")
                file.write(lines.encode())
                file.flush()
                os.fsync(file.fileno())
                self._number, self._size = checkpoints[-1].number, os.fstat(file.fileno()).st_size
        except OSError as error:
            raise Away from error
        return ""

    def copies(self) -> Iterator[Copy]:
        # Line by line: a file of years is longer than the memory of a machine.
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            yield from _read(file)

    def _is_as_we_left_it(self, following: Checkpoint) -> bool:
        """Whether nobody else has written since: then there is no need to look what stands there already."""
        size = self.path.stat().st_size if self.path.exists() else 0
        return following.number > self._number and size == self._size

    def _known(self) -> dict[int, str]:
        return {copy.number: copy.note for copy in _read(self._tail().splitlines())}

    def _tail(self) -> bytes:
        """The end of the file, which holds what was handed over before a crash kept the receipt from being written."""
        if not self.path.exists():
            return b""
        with self.path.open("rb") as file:
            file.seek(max(self.path.stat().st_size - _TAIL, 0))
            return file.read()

    def _has(self, number: int) -> bool:
        """Whether the file holds this checkpoint anywhere: an old backup of ours asks for one far from its end."""
        return any(copy.number == number for copy in self.copies())

    def _ends_whole(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read() == b"\n"


class Folder:
    """One file for each checkpoint, never written twice; to be mounted from a machine that somebody else keeps."""

    every = 5.0
    newest_only = False

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path

    def keep(self, checkpoints: Sequence[Checkpoint], after: Receipt | None = None) -> str:
        # Not made here: a folder that is not mounted is away, and must not be taken for an empty one.
        if not self.path.is_dir():
            raise Away
        if after is not None and not self._place(after.checkpoint).exists():
            raise Emptied
        try:
            for each in checkpoints:
                self._keep(each)
        except OSError as error:
            raise Away from error
        return ""

    def copies(self) -> Iterator[Copy]:
        paths = sorted(self.path.glob("*.checkpoint")) if self.path.is_dir() else []
        return (Copy(int(path.stem), _text(path)) for path in paths if path.stem.isdigit())

    def _keep(self, checkpoint: Checkpoint) -> None:
        path = self._place(checkpoint.number)
        if path.exists():
            if _text(path) != checkpoint.note:
                raise AnotherLog
            return
        beside = path.with_suffix(".new")
        beside.write_text(checkpoint.note, encoding="utf-8")
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)

    def _place(self, number: int) -> Path:
        return self.path / f"{number:012d}.checkpoint"


def _text(path: Path) -> str:
    """What a file says; one that somebody damaged says something else than we do, and is no error."""
    return path.read_text(encoding="utf-8", errors="replace")


def _read(lines: Iterable[bytes]) -> Iterator[Copy]:
    for line in lines:
        # A line that a crash cut off is no copy.
        with suppress(ValueError, KeyError, TypeError):
            told = json.loads(line)
            yield Copy(int(told["number"]), str(told["note"]))


def _new(known: dict[int, str], checkpoints: Sequence[Checkpoint]) -> list[Checkpoint]:
    if any(known.get(each.number, each.note) != each.note for each in checkpoints):
        raise AnotherLog
    return [each for each in checkpoints if each.number not in known]
