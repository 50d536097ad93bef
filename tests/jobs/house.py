"""A small house of real processes: its own PostgreSQL, a relay, a worker; all of them can be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from django.conf import settings

from cellule.ground import roles
from cellule.ground.postgres import Server

RELAY = [sys.executable, "manage.py", "relay"]
WORKER = [
    *(sys.executable, "-m", "celery", "-A", "cellule.celery", "--quiet", "worker", "--concurrency", "2"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat", "--pidfile="),
]


class House:
    """Started and ended by the test; `kill_…` are kill -9 of a whole process tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Server(folder / "data")
        self.relay: subprocess.Popen | None = None
        self.worker: subprocess.Popen | None = None

    def open(self) -> None:
        """Start the database with the ledger and an empty table of effects."""
        self.server.start()
        self.command([sys.executable, "manage.py", "migrate", "jobs", "--skip-checks"], roles.OWNER)
        with self.server.connect(database=roles.DATABASE) as administrator:
            administrator.execute("CREATE TABLE effects (number integer NOT NULL)")
            administrator.execute(
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {roles.RUNTIME}"
            )

    def close(self) -> None:
        for process in (self.relay, self.worker):
            kill(process)
        self.server.stop()

    def start_relay(self) -> None:
        self.relay = self._started(RELAY)

    def start_worker(self) -> None:
        self.worker = self._started(WORKER)

    def kill_relay(self) -> None:
        kill(self.relay)

    def kill_worker(self) -> None:
        kill(self.worker)

    def kill_postgres(self) -> None:
        self.server.kill()
        self.server.launch()

    def delete_messages(self) -> int:
        """Delete every file of the queue, also half-written and half-taken ones; gives their number."""
        files = [path for path in (self.folder / "data" / "broker").rglob("*") if path.is_file()]
        for path in files:
            path.unlink(missing_ok=True)
        return len(files)

    def command(self, words: list[str], role: str = roles.RUNTIME) -> None:
        """Run a command of the house to its end."""
        subprocess.run(words, env=self._environment(role), cwd=settings.BASE_DIR, check=True, capture_output=True)

    def rows(self, query: str) -> list[tuple]:
        """Ask the database, outside Django and over a connection of its own."""
        with self.server.connect(database=roles.DATABASE) as administrator:
            return administrator.execute(query).fetchall()

    def wait(self, query: str, enough: Callable[[int], bool], seconds: float) -> int:
        """Wait until the number that the query gives is enough, at most for `seconds`; gives the last number."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                ((number,),) = self.rows(query)
            except psycopg.OperationalError:
                number = None
            if number is not None and enough(number):
                return number
            if time.monotonic() > deadline:
                log = (self.folder / "processes.log").read_text(encoding="utf-8", errors="replace")[-2000:]
                raise AssertionError(f"After {seconds} s {query!r} still gives {number}; the processes said: {log}")
            time.sleep(0.05)

    def _started(self, words: list[str]) -> subprocess.Popen:
        with (self.folder / "processes.log").open("ab") as log:
            return subprocess.Popen(
                words,
                env=self._environment(roles.RUNTIME),
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _environment(self, role: str) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.jobs.kill_settings",
            "DATABASE_URL": self.server.url(role),
            "DATA": str(self.folder / "data"),
            "CELERY_SKIP_CHECKS": "1",
            "PYTHONWARNINGS": "ignore",
        }


def kill(process: subprocess.Popen | None) -> None:
    """Kill -9 a process and all it started."""
    if process is not None and process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
