"""The database of a run: one durable server on a real disk, one database for each side, served to the run-time role."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cellule.ground import roles
from cellule.ground.postgres import Server
from tests.bench.sides import Side, side

SEALED, PLAIN = "sealed", "plain"
# Unlike /tmp it is never in memory, where a commit would cost nothing.
_DISK = Path("/var/tmp")


@dataclass
class House:
    """What the groups measure: both sides, each signed in to nothing yet, and who can sign in to the house."""

    server: Server
    folder: Path
    sealed: Side
    plain: Side

    def analyse(self) -> None:
        """Let the planner know what was filled in, as it would by itself after a while."""
        for name in (SEALED, PLAIN):
            with self.server.connect(database=name) as administrator:
                administrator.execute("ANALYZE")


@contextmanager
def house() -> Iterator[House]:
    """Start the server, make both databases and serve them; everything is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="cellule-", dir=_DISK if _DISK.is_dir() else None) as name:
        folder = Path(name)
        # The server's account must be able to pass.
        folder.chmod(0o711)
        server = Server(folder / "database")
        server.start()
        try:
            for database in (SEALED, PLAIN):
                server.make_database(database)
                # Who owns the tables makes them and is gone before anything is measured.
                with _served(server, folder, database, roles.OWNER) as owner:
                    owner.do("tests.bench.tables:make", roles.RUNTIME)
            with (
                _served(server, folder, SEALED, roles.RUNTIME) as sealed,
                _served(server, folder, PLAIN, roles.RUNTIME) as plain,
            ):
                yield House(server, folder, sealed, plain)
        finally:
            server.stop()


def _served(server: Server, folder: Path, database: str, role: str):
    return side(f"tests.bench.{database}.settings", server.url(role, database), folder / database)
