"""Programs under one parent: started again when they die, stopped in order, gone when the parent is killed."""

import os
import subprocess
import sys
import time
from pathlib import Path
from signal import SIGKILL
from textwrap import dedent

import pytest

from cellule.ground import processes
from cellule.ground.processes import Process

# Says when it is ready and when it is asked to stop, and takes a moment for that.
POLITE = dedent(
    """
    import signal, sys, time
    from pathlib import Path

    name, book = sys.argv[1], Path(sys.argv[2])

    def note(word):
        with book.open("a") as lines:
            lines.write(f"{name} {word}\\n")

    def leave(*signal):
        time.sleep(0.1)
        note("left")
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    note("came")
    while True:
        time.sleep(0.01)
    """
)
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)


def lines(book: Path) -> list[str]:
    return book.read_text().splitlines() if book.exists() else []


def wait_until(question, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, "this never came true"
        time.sleep(0.01)


@pytest.fixture
def book(tmp_path):
    return tmp_path / "book"


@pytest.fixture
def make(book):
    """Make a polite process that writes into the book; whatever is left is stopped afterwards."""
    made = []

    def process(name: str, program: str = POLITE, **options) -> Process:
        command = [sys.executable, "-c", program, name, str(book)]
        made.append(Process(name, command, environment=dict(os.environ), folder=book.parent, **options))
        return made[-1]

    yield process

    processes.stop(made)


def test_processes_stop_one_after_the_other(make, book):
    three = [make(name) for name in ("web", "relay", "worker")]
    for process in three:
        process.start()
    wait_until(lambda: len(lines(book)) == 3)

    processes.stop(three)

    assert lines(book)[3:] == ["web left", "relay left", "worker left"]
    assert [process.is_running for process in three] == [False, False, False]


def test_process_that_dies_comes_back_after_a_pause(make, book):
    process = make("worker")
    process.start()
    wait_until(lambda: lines(book) == ["worker came"])
    first = process.pid

    os.kill(first, SIGKILL)
    wait_until(lambda: not process.is_running)
    news = process.watch()
    wait_until(lambda: process.watch() is None and lines(book) == ["worker came"] * 2)

    assert news == "worker ended (signal 9); it starts again in 1 s."
    assert process.pid != first


def test_pause_grows_for_a_process_that_keeps_dying(make):
    process = make("worker", "import sys; sys.exit(3)")
    news = []

    for _ in range(3):
        process.start()
        wait_until(lambda: not process.is_running)
        news.append(process.watch())

    assert news == [f"worker ended (code 3); it starts again in {seconds} s." for seconds in (1, 2, 4)]


def test_process_that_does_not_listen_is_ended(make):
    process = make("worker", STUBBORN, patience=0.2)
    process.start()
    time.sleep(0.3)

    process.stop()

    assert not process.is_running


def test_processes_are_kept_until_somebody_asks(make, book):
    process = make("worker")
    process.start()
    wait_until(lambda: lines(book) == ["worker came"])
    said = []
    os.kill(process.pid, SIGKILL)

    processes.keep([process], until=lambda: len(lines(book)) == 2, meanwhile=lambda: None, say=said.append)

    assert said == ["worker ended (signal 9); it starts again in 1 s."]
    assert process.is_running


def test_process_hears_when_its_parent_is_killed(book):
    parent = dedent(
        f"""
        import os, sys, time
        from pathlib import Path
        from cellule.ground.processes import Process

        command = [sys.executable, "-c", {POLITE!r}, "worker", {str(book)!r}]
        Process("worker", command, environment=dict(os.environ), folder=Path("/")).start()
        time.sleep(600)
        """
    )
    started = subprocess.Popen([sys.executable, "-c", parent])
    wait_until(lambda: lines(book) == ["worker came"])

    started.send_signal(SIGKILL)
    started.wait()

    wait_until(lambda: lines(book) == ["worker came", "worker left"])
