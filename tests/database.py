"""The database of the tests: one server for the session, one template, and casts of it.

Nobody may truncate a table, so a test that committed something cannot be cleaned up after: its whole database is dropped
and cast again from the template (some 60 ms).
"""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from cellule.ground import roles
from cellule.ground.postgres import Server
from cellule.settings import database as parse
from cellule.vault.rosters import forget_cache

TEMPLATE = "template_cellule"
NAME = "test_cellule"


class Casts:
    """Makes the template once and the test database from it, as often as it takes."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def make_template(self) -> None:
        """Migrate as the owner, then let `tests/world.py` (if there is one) found a house as the run-time role."""
        self.server.make_database(TEMPLATE)
        settings.DATABASE_RUNTIME_ROLE = roles.RUNTIME
        settings.DATABASE_OWNER_URL = self.server.url(roles.OWNER, TEMPLATE)
        self._point_to(TEMPLATE)
        call_command("migrate", interactive=False, verbosity=0)
        if importlib.util.find_spec("tests.world"):
            from tests.world import found  # imports models, and may not exist

            found()
        connections.close_all()
        settings.DATABASE_OWNER_URL = self.server.url(roles.OWNER, NAME)
        self._point_to(NAME)

    def cast(self) -> None:
        """Drop the test database, whoever is connected to it, and make it anew from the template."""
        connections.close_all()
        # The new database is as it was at the founding: what was verified since then does not hold.
        forget_cache()
        with self.server.connect() as administrator:
            administrator.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", NAME))
            administrator.execute(
                _named(f"CREATE DATABASE {{}} OWNER {roles.OWNER} TEMPLATE {{}} STRATEGY file_copy", NAME, TEMPLATE)
            )
            for statement in roles.connect_sql(NAME):
                administrator.execute(statement)

    @contextmanager
    def as_owner(self) -> Iterator[psycopg.Connection]:
        with self.server.connect(roles.OWNER, NAME) as connection:
            yield connection

    def _point_to(self, name: str) -> None:
        # Every thread's connection shares this dictionary.
        connections["default"].settings_dict.update(parse(self.server.url(roles.RUNTIME, name)), CONN_MAX_AGE=0)


def _named(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))
