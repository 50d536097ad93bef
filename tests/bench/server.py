"""The database of a run: one durable server on a real disk, one database for each side, served to the run-time role."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cellule.ground import roles
from cellule.ground.postgres import Server
from tests.bench.sides import Side, side

SEALED, SMALL, PLAIN, LOG = "sealed", "small", "plain", "log"
FEW_CASES, MANY_CASES = 1_000, 100_000
MANY_REFERRALS = 10_000
# Unlike /tmp it is never in memory, where a commit would cost nothing.
_DISK = Path("/var/tmp")


@dataclass
class House:
    """What the groups measure, each side signed in to nothing yet; `small` is the house with few cases in it.

    `world`: what the verbs have written, in clear, and who can sign in. `log`: a house whose log the owner of its tables
    fills, as whom `log_owner` acts for a while.
    """

    world: dict[str, Any]
    sealed: Side
    small: Side
    plain: Side
    log: Side
    log_owner: Callable[[], AbstractContextManager[Side]]


@contextmanager
def house() -> Iterator[House]:
    """Start the server, make and fill the databases and serve them; everything is gone afterwards."""
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
            world = _filled(server, folder)
            with (
                _served(server, folder, SEALED, roles.RUNTIME) as sealed,
                _served(server, folder, SMALL, roles.RUNTIME) as small,
                _served(server, folder, PLAIN, roles.RUNTIME) as plain,
                _served(server, folder, LOG, roles.RUNTIME) as log,
            ):
                yield House(world, sealed, small, plain, log, lambda: _served(server, folder, LOG, roles.OWNER))
        finally:
            server.stop()


def _filled(server: Server, folder: Path) -> dict[str, Any]:
    """Fill the house by its verbs, copy it, and insert the crowds; gives the world that the verbs have made."""
    with _served(server, folder, SEALED, roles.RUNTIME) as sealed:
        world = sealed.do("tests.bench.sealed.world:fill")
        world["referrals"] = sealed.do("tests.bench.sealed.referrals:fill")
    with server.connect() as administrator:
        for database in (SMALL, LOG):
            administrator.execute(f'CREATE DATABASE "{database}" OWNER {roles.OWNER} TEMPLATE "{SEALED}"')
            for statement in roles.connect_sql(database):
                administrator.execute(statement)
    for database, cases in ((SEALED, MANY_CASES), (SMALL, FEW_CASES)):
        with _served(server, folder, database, roles.OWNER) as owner:
            owner.do("tests.bench.sealed.world:insert_crowd", cases - len(world["cases"]))
            if database == SEALED:
                owner.do("tests.bench.sealed.visible:entrust", "joaquin", 2000)
                owner.do("tests.bench.sealed.referrals:insert_crowd", MANY_REFERRALS)
    with _served(server, folder, PLAIN, roles.RUNTIME) as plain:
        plain.do("tests.bench.plain.world:fill", world)
        plain.do("tests.bench.plain.world:insert_crowd", MANY_CASES - len(world["cases"]))
    for database in (SEALED, SMALL, PLAIN):
        # The planner would know by itself after a while.
        with server.connect(database=database) as administrator:
            administrator.execute("VACUUM ANALYZE")
    return world


def _served(server: Server, folder: Path, database: str, role: str):
    own = PLAIN if database == PLAIN else SEALED
    return side(f"tests.bench.{own}.settings", server.url(role, database), folder / own)
