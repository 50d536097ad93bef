"""The embedded PostgreSQL server: for evaluation, tests and an office with one machine.

A folder holds everything: `postgres.lock`, `secrets/database.json`, and `postgres/` with programs, cluster (one folder
per major version), socket and log. When root keeps the folder where the server's account cannot reach, the last part
moves to the system's state directory, and a note says where.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from signal import SIGINT, SIGKILL
from urllib.parse import quote

import psycopg

from cellule.ground import programs, roles
from cellule.ground.account import bound, unprivileged

SUPERUSER = "postgres"
STATE_DIRECTORY = Path("/var/lib/cellule")
# Longest socket path that fits the kernel's address structure (unix(7), sun_path), without its final zero.
LONGEST_SOCKET_PATH = 107
SOCKET = ".s.PGSQL.5432"
START_SECONDS = 120
STOP_SECONDS = 60
LONGEST_LOG = 10_000_000

# No value a person typed may reach the server's log: neither in a statement nor in the detail of an error.
DISCREET = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_duration_statement": "-1",
    "log_statement": "none",
    "log_checkpoints": "off",
}
DURABLE = {"fsync": "on", "full_page_writes": "on"}
# Survives a killed server all the same, because the machine still holds what was written.
FLEETING = {"fsync": "off", "full_page_writes": "off"}


class NotStarted(Exception):
    """The server cannot run; the text says in one sentence why and what to do."""


class Server:
    """One embedded server over one folder; `durable=False` is for tests, whose data may die with the power."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self.durable = durable
        self.account = unprivileged()
        self.home: Path
        self.sockets: Path | None = None
        self._lock = None
        self._process: subprocess.Popen | None = None
        self._passwords: dict[str, str] = {}

    def start(self) -> None:
        """Start the server, making programs, cluster, roles and database where they are missing."""
        self._lay_folder()
        self._hold_lock()
        try:
            self.home = self._find_home()
            self.programs = programs.copied_to(self.home) / "bin"
            self._passwords = self._read_passwords()
            self._make_cluster()
            self.sockets = self._private_sockets()
            self.launch()
            self._make_roles()
        except BaseException:
            self.stop()
            raise

    def launch(self) -> None:
        """Run the server over its cluster and wait until it answers; also after it has died."""
        _wait_for_orphans(self.cluster)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "password_encryption": "scram-sha-256",
            **DISCREET,
            **(DURABLE if self.durable else FLEETING),
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self._open_log() as log:
            self._process = subprocess.Popen(
                bound([str(self.programs / "postgres"), "-D", str(self.cluster), *options], SIGINT, self.account),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """End the server cleanly (open connections are cut) and let go of the folder; does nothing when stopped."""
        if self.is_running:
            self._process.send_signal(SIGINT)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None
        if self.sockets is not None and self.sockets.parent != self.home:
            shutil.rmtree(self.sockets, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def kill(self) -> None:
        """End the server as a power cut would."""
        self._process.send_signal(SIGKILL)
        self._process.wait()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self.is_running else None

    @property
    def cluster(self) -> Path:
        return self.home / _major(programs.bundled_version())

    def url(self, role: str, database: str = roles.DATABASE) -> str:
        """Give the address under which `role` reaches `database`, with its password."""
        host = quote(str(self.sockets), safe="")
        return f"postgresql://{role}:{self._passwords[role]}@/{database}?host={host}"

    def connect(self, role: str = SUPERUSER, database: str = "postgres") -> psycopg.Connection:
        """Open a connection of its own, in autocommit, outside Django."""
        return psycopg.connect(
            host=str(self.sockets), user=role, password=self._passwords[role], dbname=database, autocommit=True
        )

    def make_database(self, name: str) -> None:
        """Make an empty database with both schemas, owned by the owner role."""
        with self.connect() as administrator:
            for statement in roles.database_sql(name):
                administrator.execute(statement)
        with self.connect(database=name) as administrator:
            for statement in roles.schema_sql():
                administrator.execute(statement)

    def _lay_folder(self) -> None:
        try:
            if not self.folder.exists():
                self.folder.mkdir(parents=True)
                # Others may pass through to what is theirs, and list nothing.
                self.folder.chmod(0o711)
            (self.folder / "secrets").mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise NotStarted(f"The folder {self.folder} cannot be used: {error.strerror}.") from None

    def _hold_lock(self) -> None:
        # The attribute keeps the file open: a lock dies with the last reference to its file.
        try:
            self._lock = (self.folder / "postgres.lock").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except PermissionError:
            raise NotStarted(
                f"{self.folder} belongs to another user; run as that user or choose a DATA folder."
            ) from None
        except BlockingIOError:
            self._lock.close()
            self._lock = None
            raise NotStarted(
                f"A database is already running over {self.folder}; stop it or choose a DATA folder."
            ) from None

    def _find_home(self) -> Path:
        home = self.folder / "postgres"
        note = self.folder / "postgres.elsewhere"
        if not note.exists():
            home.mkdir(exist_ok=True)
            self.account.admit(home)
            if self.account.can_reach(home):
                return home
            home.rmdir()
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
        home = STATE_DIRECTORY / name
        STATE_DIRECTORY.mkdir(parents=True, exist_ok=True)
        STATE_DIRECTORY.chmod(0o711)
        home.mkdir(exist_ok=True)
        self.account.admit(home)
        if not self.account.can_reach(home):
            raise NotStarted(f"The database's account reaches neither {self.folder} nor {home}; choose a DATA folder.")
        note.write_text(f"{home}\n", encoding="utf-8")
        return home

    def _lay_private(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.account.own(folder)

    def _read_passwords(self) -> dict[str, str]:
        path = self.folder / "secrets" / "database.json"
        if path.exists():
            return json.loads(path.read_text(encoding="utf-8"))
        if self.cluster.exists():
            raise NotStarted(f"{path} is missing, and without it nobody can sign in to {self.cluster}; restore it.")
        passwords = {role: secrets.token_urlsafe(32) for role in (SUPERUSER, *roles.WHO)}
        unfinished = path.with_suffix(".unfinished")
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(passwords), encoding="utf-8")
        unfinished.rename(path)
        return passwords

    def _make_cluster(self) -> None:
        _refuse_other_major(self.home, _major(programs.bundled_version()))
        if self.cluster.exists():
            return
        unfinished = self.home / f"{self.cluster.name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._lay_private(unfinished)
        password = self.home / "password"
        password.touch(mode=0o600)
        password.write_text(self._passwords[SUPERUSER], encoding="utf-8")
        self.account.own(password)
        made = subprocess.run(
            bound(
                [
                    str(self.programs / "initdb"),
                    *("-D", str(unfinished), "-U", SUPERUSER, "--pwfile", str(password)),
                    *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums"),
                    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
                    *(() if self.durable else ("--no-sync",)),
                ],
                SIGKILL,
                self.account,
            ),
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
        )
        password.unlink()
        if made.returncode:
            raise NotStarted(f"The database could not be made in {unfinished}: {made.stderr.strip()}")
        unfinished.rename(self.cluster)

    def _private_sockets(self) -> Path:
        sockets = self.home / "run"
        if len(os.fsencode(sockets / SOCKET)) > LONGEST_SOCKET_PATH:
            sockets = Path(tempfile.mkdtemp(prefix="cellule-", dir="/tmp"))
        self._lay_private(sockets)
        return sockets

    def _open_log(self):
        path = self.home / "server.log"
        if path.exists() and path.stat().st_size > LONGEST_LOG:
            path.rename(path.with_suffix(".log.old"))
        path.touch(mode=0o600)
        return path.open("ab")

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            # The child is asked as well: a socket alone could be an older server's.
            if self._process.poll() is not None:
                last = (
                    (self.home / "server.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
                )
                raise NotStarted(
                    f"PostgreSQL ended at its start: {' '.join(last)} (all of it in {self.home}/server.log)"
                )
            try:
                self.connect().close()
            except psycopg.OperationalError as error:
                if "authentication failed" in str(error):
                    path = self.folder / "secrets" / "database.json"
                    raise NotStarted(f"The passwords in {path} are not those of {self.cluster}; restore it.") from None
                time.sleep(0.02)
            else:
                return
        raise NotStarted(f"PostgreSQL did not answer within {START_SECONDS} s; see {self.home}/server.log.")

    def _make_roles(self) -> None:
        with self.connect() as administrator:
            there = {name for (name,) in administrator.execute("SELECT rolname FROM pg_roles")}
            for role in roles.WHO:
                if role not in there:
                    for statement in roles.role_sql(role, self._passwords[role]):
                        administrator.execute(statement)
            databases = administrator.execute("SELECT 1 FROM pg_database WHERE datname = %s", [roles.DATABASE])
            if databases.fetchone() is None:
                self.make_database(roles.DATABASE)


def _major(version: str) -> str:
    return version.split(".")[0]


def _refuse_other_major(home: Path, major: str) -> None:
    """Refuse to start an empty cluster beside a full one of another major version."""
    others = sorted(path.parent.name for path in home.glob("*/PG_VERSION") if path.parent.name.isdigit())
    if others and major not in others:
        raise NotStarted(
            f"{home} holds a database of PostgreSQL {others[-1]}, and this release brings {major}: with the release"
            f" before, save it with pg_dump, start this release over an empty DATA folder, and restore it with psql."
        )


def _wait_for_orphans(cluster: Path) -> None:
    """Wait for processes that a killed server left over the cluster, then remove the mark they kept.

    A server killed by -9 may stay as a zombie whose number looks alive, and its sessions take a moment to notice.
    Every process of PostgreSQL works inside the cluster's folder, and that is what is looked for.
    """
    deadline = time.monotonic() + STOP_SECONDS
    while _works_in(cluster):
        if time.monotonic() > deadline:
            raise NotStarted(f"Processes of an earlier server still work in {cluster}; end them and start again.")
        time.sleep(0.05)
    if Path("/proc/self").exists():
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def _works_in(folder: Path) -> bool:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                return True
        except OSError:
            # Another user's process, a zombie, or one that has just ended: none of them works there.
            continue
    return False
