"""A backup of one schema, and putting it back beside the other one as it is today: as whoever stole or restores it can."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection, connections
from psycopg import sql

from cellule.ground.postgres import Server
from cellule.vault.rosters import forget_cache

# Content, and what opens it. The log stays as it is (nobody may take an entry back), and so do the tables of the
# migrations; sessions' copies of roots are in no dump.
_APART = ("log_entry", "log_sessioncounter", "django_migrations", "vault_vaultsession")


def backup(server: Server, schema: str) -> dict[str, bytes]:
    """The rows of all tables of a schema, by table."""
    with _administrator(server) as administrator:
        return {table: _rows(administrator, schema, table) for table in _tables(administrator, schema)}


def put_back(server: Server, schema: str, kept: dict[str, bytes]) -> None:
    """Bring every table of a schema back to what it held, past all triggers; what the process verified is forgotten."""
    with _administrator(server) as administrator, administrator.transaction():
        for table in kept:
            administrator.execute(_named("ALTER TABLE {}.{} DISABLE TRIGGER ALL", schema, table))
        for table in kept:
            administrator.execute(_named("DELETE FROM {}.{}", schema, table))
        for table, rows in kept.items():
            with administrator.cursor().copy(_named("COPY {}.{} FROM STDIN", schema, table)) as into:
                into.write(rows)
    connections.close_all()
    forget_cache()


@contextmanager
def _administrator(server: Server) -> Iterator[psycopg.Connection]:
    with server.connect(database=connection.settings_dict["NAME"]) as administrator:
        yield administrator


def _tables(administrator: psycopg.Connection, schema: str) -> list[str]:
    found = administrator.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = %s::regnamespace ORDER BY relname",
        [schema],
    )
    return [name for (name,) in found.fetchall() if name not in _APART]


def _rows(administrator: psycopg.Connection, schema: str, table: str) -> bytes:
    with administrator.cursor().copy(_named("COPY {}.{} TO STDOUT", schema, table)) as rows:
        return b"".join(sorted(b"".join(bytes(row) for row in rows).splitlines(keepends=True)))


def _named(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))
