"""`make run`: one parent starts database, web server, worker, and the relay that is the scheduler too.

What it says goes to a terminal, in English like the programs that it starts.
"""

import hashlib
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

from cellule.ground import processes, roles
from cellule.ground.postgres import NotStarted, Server
from cellule.ground.processes import Process
from cellule.ground.stylesheet import STAMP
from cellule.settings import BASE_DIR, env_text

HOST = "127.0.0.1"
ANSWER_SECONDS = 60
RETRY_SECONDS = 5
FICTION_FILE = "fiction.json"
NO = {"0", "false", "no"}
# Served programs never see these; a mounted secret goes by the same name with _FILE.
OWNERS_ONLY = ("DATABASE_OWNER_URL", "DATABASE_BACKUP_URL")
# Opens what people have unlocked: for the web server alone.
WEB, WEB_ONLY = "web server", "BOOT_SECRET"
CELERY = ("-m", "celery", "--quiet", "--app", "cellule.celery")
# An evaluation in a container is often run by root, which the worker would remark on at each start.
AS_ROOT = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")


class House:
    """Everything that runs over one DATA folder."""

    def __init__(self) -> None:
        self.port = int(os.environ.get("PORT") or 8000)
        self.data = Path(os.environ.get("DATA") or BASE_DIR / "data").resolve()
        self.database: Server | None = None
        self.processes: list[Process] = []
        self.stopping = False

    def run(self) -> None:
        """Start everything, say who can sign in, and stay until Ctrl-C or SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        try:
            self._refuse_taken_port()
            self._open_database()
            self._prepare_house()
            self._start_processes()
            say_screen(self.address, self.data, fictional=self.is_fictional)
            processes.keep(self.processes, until=lambda: self.stopping, meanwhile=self._keep_database, say=say)
        except KeyboardInterrupt:
            pass
        finally:
            self._close()

    @property
    def address(self) -> str:
        return self.environment["SITE_ADDRESS"]

    @property
    def is_fictional(self) -> bool:
        return self.environment["FICTION"].lower() not in NO

    def _asked_to_stop(self, number: int, frame) -> None:
        self.stopping = True
        raise KeyboardInterrupt

    def _refuse_taken_port(self) -> None:
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((HOST, self.port))
            except OSError:
                raise NotStarted(f"Port {self.port} is taken; choose another: make run PORT={self.port + 1}") from None

    def _open_database(self) -> None:
        runtime, owner = env_text("DATABASE_URL"), env_text("DATABASE_OWNER_URL")
        if bool(runtime) != bool(owner):
            raise NotStarted("DATABASE_URL and DATABASE_OWNER_URL go together; one of them is missing.")
        if not runtime:
            say("Starting the database ...")
            self.database = Server(self.data)
            self.database.start()
            runtime, owner = self.database.url(roles.RUNTIME), self.database.url(roles.OWNER)
        # A fictional world belongs in a database of its own, not in one that was given.
        fiction = os.environ.get("FICTION") or ("1" if self.database else "0")
        self.environment = {
            **_without(os.environ, "DATABASE_URL_FILE", *OWNERS_ONLY, *(f"{name}_FILE" for name in OWNERS_ONLY)),
            "DJANGO_SETTINGS_MODULE": "cellule.settings",
            "DATABASE_URL": runtime,
            "DATA": str(self.data),
            "FICTION": fiction,
            "BIND": f"{HOST}:{self.port}",
            "SITE_ADDRESS": env_text("SITE_ADDRESS") or f"http://{HOST}:{self.port}",
        }
        self.owner = owner

    def _prepare_house(self) -> None:
        (self.data / "run").mkdir(parents=True, exist_ok=True)
        say("Bringing the tables up to date ...")
        self._finish("migrate", "--no-input", "--verbosity=0", DATABASE_OWNER_URL=self.owner)
        self._collect_static_files()
        if self.is_fictional:
            self._fill_fictional_world()

    def _fill_fictional_world(self) -> None:
        # The mark lies beside the embedded cluster, so it goes when the database goes.
        mark = (self.database.home if self.database else self.data / "run") / "fictional"
        if not mark.exists() or not (self.data / FICTION_FILE).exists():
            say("Filling the fictional world (once) ...")
            self._finish("fiction")
            mark.touch()

    def _collect_static_files(self) -> None:
        """Put hashed static files into DATA, unless those there come from the same style sheet and libraries."""
        static, made = self.data / "static", self.data / "run" / "static-made-from"
        sources = (STAMP, BASE_DIR / "requirements-dev.txt")
        wanted = hashlib.sha256(b"".join(path.read_bytes() for path in sources if path.exists())).hexdigest()
        if not static.exists() or not made.exists() or made.read_text(encoding="utf-8") != wanted:
            self._finish("collectstatic", "--no-input", "--verbosity=0")
            made.write_text(wanted, encoding="utf-8")

    def _start_processes(self) -> None:
        web = self._process(WEB, "-m", "gunicorn", "--config", str(BASE_DIR / "gunicorn.conf.py"))
        relay = self._process("relay and scheduler", "manage.py", "relay")
        worker = self._process("worker", *CELERY, "worker", "--loglevel=WARNING", "--pidfile=", *ALONE, **AS_ROOT)
        sequencer = self._process("log's sequencer", "manage.py", "sequencer")
        # In the order of stopping: who gives work goes before who does it, and what they did is signed last.
        self.processes = [web, relay, worker, sequencer]
        # Three programs that load at once on two cores would keep the page waiting.
        web.start()
        self._wait_for(web)
        for process in self.processes[1:]:
            process.start()

    def _wait_for(self, web: Process) -> None:
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            if not web.is_running:
                raise NotStarted("The web server ended at its start; its own words are above.")
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise NotStarted(f"The web server did not answer within {ANSWER_SECONDS} s.")

    def _keep_database(self) -> None:
        if self.database is not None and not self.database.is_running:
            say("The database ended; it starts again.")
            try:
                self.database.launch()
            except NotStarted as reason:
                say(f"{reason} Another try follows in {RETRY_SECONDS} s.")
                time.sleep(RETRY_SECONDS)

    def _finish(self, command: str, *options: str, **more: str) -> None:
        process = self._process(command, "manage.py", command, *options, **more)
        try:
            process.start()
            code = process.finish()
        finally:
            process.stop()
        if code:
            raise NotStarted(f"“manage.py {command}” failed; its own words are above.")

    def _process(self, name: str, *words: str, **more: str) -> Process:
        environment = self.environment if name == WEB else _without(self.environment, WEB_ONLY)
        return Process(name, [sys.executable, *words], environment={**environment, **more}, folder=BASE_DIR)

    def _close(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if self.processes:
            say("Stopping ...")
        processes.stop(self.processes)
        if self.database is not None:
            self.database.stop()


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def say_screen(address: str, data: Path, *, fictional: bool) -> None:
    """Print where the house is and, in the fictional world, who can sign in with what (DATA/fiction.json)."""
    lines = ["", f"Cellule is at {address}/ (Ctrl-C stops it; its data are in {data})", ""]
    people = data / FICTION_FILE
    if fictional and people.exists():
        rows = json.loads(people.read_text(encoding="utf-8"))
        columns = ("role", "name", "email", "passphrase")
        widths = [max(len(row[column]) for row in rows) for column in columns]
        lines.append(f"Everybody here is fictional; this list is also in {FICTION_FILE} in that folder.")
        for row in rows:
            cells = [row[column].ljust(width) for column, width in zip(columns, widths, strict=True)]
            lines.append("  ".join([*cells, row.get("note", "")]).rstrip())
        lines.append("")
    print("\n".join(lines), flush=True)


def _without(environment, *names: str) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in names}


def main() -> None:
    # Whatever is written is its owner's alone.
    os.umask(0o077)
    try:
        House().run()
    except NotStarted as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()
