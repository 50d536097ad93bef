"""Long-running programs under one parent: started, started again with growing pauses, and stopped in order."""

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGTERM

from cellule.ground.account import bound

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
# A program that lived this long (seconds) was well: its next death starts with the first pause again.
WELL_AFTER = 60.0
LOOK_EVERY = 0.2


class Process:
    """One program in a session of its own, so that Ctrl-C in the terminal reaches only the parent."""

    def __init__(
        self, name: str, command: list[str], *, environment: dict[str, str], folder: Path, patience: float = 30
    ):
        self.name = name
        self.command = command
        self.environment = environment
        self.folder = folder
        # How many seconds it may take to finish what it is at.
        self.patience = patience
        self._running: subprocess.Popen | None = None
        self._started = 0.0
        self._pause = FIRST_PAUSE
        self._again_at: float | None = None

    def start(self) -> None:
        """Start the program; it gets SIGTERM should this process die."""
        self._running = subprocess.Popen(
            bound(self.command, SIGTERM),
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._started = time.monotonic()
        self._again_at = None

    def watch(self) -> str | None:
        """Start the program again if it has died and its pause is over; give a sentence when there is news."""
        now = time.monotonic()
        if self._running is not None and self._running.poll() is not None:
            code = self._running.returncode
            self._end_group()
            if now - self._started > WELL_AFTER:
                self._pause = FIRST_PAUSE
            self._again_at = now + self._pause
            news = f"{self.name} ended ({_cause(code)}); it starts again in {self._pause:.0f} s."
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            return news
        if self._again_at is not None and now >= self._again_at:
            self.start()
        return None

    def stop(self) -> None:
        """Ask the program to finish, wait as long as its patience, then end whatever is left of its session."""
        if self._running is None:
            return
        self._running.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._running.wait(self.patience)
        self._end_group()

    def finish(self) -> int:
        """Wait until the program ends by itself; give its exit code."""
        return self._running.wait()

    @property
    def pid(self) -> int | None:
        return self._running.pid if self.is_running else None

    @property
    def is_running(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def _end_group(self) -> None:
        # A program killed by -9 may leave children in its session.
        with suppress(ProcessLookupError):
            os.killpg(self._running.pid, SIGKILL)
        self._running.wait()
        self._running = None
        self._again_at = None


def keep(processes: list[Process], *, until: Callable[[], bool], meanwhile: Callable[[], None], say: Callable) -> None:
    """Keep all processes running until somebody asks to stop; `meanwhile` is called at each look."""
    while not until():
        meanwhile()
        for process in processes:
            if news := process.watch():
                say(news)
        time.sleep(LOOK_EVERY)


def stop(processes: list[Process]) -> None:
    """Stop one after the other in the order given: each still has those after it to finish its work."""
    for process in processes:
        process.stop()


def _cause(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"
