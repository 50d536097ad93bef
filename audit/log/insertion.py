"""The statement that every page runs: one entry, inserted through a cursor that each thread keeps."""

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import transaction

from audit.log.encoding import FORM_1, SET_BY_DATABASE

# What an insertion is given, in this order, after its session, the last 64 bits of its key, and its session again.
GIVEN = tuple(name for name in FORM_1 if name not in SET_BY_DATABASE)

# One statement: it takes the session's next number and then the database's time (one clock for all machines, in whole
# microseconds, as the body counts), and makes the key of that time. The row of the counter stays locked until the
# transaction ends, so a session's numbers have no gap; a rolled back act gives its number back.
_INSERT = r"""
WITH counted AS (
    INSERT INTO log_sessioncounter AS known (session, counter) VALUES (%s, 1)
    ON CONFLICT (session) DO UPDATE SET counter = known.counter + 1
    RETURNING counter, clock_timestamp() AS at
), timed AS (
    SELECT counter, at, (extract(epoch FROM at) * 1000000)::bigint AS microseconds FROM counted
)
INSERT INTO log_entry (id, at, session, counter, {columns})
SELECT (lpad(to_hex(microseconds / 1000), 12, '0') || '7'
    || lpad(to_hex(microseconds %% 1000 * 4096 / 1000), 3, '0') || %s)::uuid,
    at, %s::uuid, counter, {values} FROM timed
RETURNING id, at, counter
""".format(columns=", ".join(GIVEN), values=", ".join("%s::jsonb" if name == "shown" else "%s" for name in GIVEN))


class _Kept(threading.local):
    cursor: psycopg.Cursor[Any] | None = None

    def of(self, connection: psycopg.Connection) -> psycopg.Cursor[Any]:
        if self.cursor is None or self.cursor.connection is not connection:
            self.cursor = connection.cursor()
        return self.cursor


_kept = _Kept()


def insert(session: UUID, tail: str, given: Sequence[Any]) -> tuple[UUID, datetime, int]:
    """Insert one entry and give its key, time and number in the session; DatabaseError where it can be no entry.

    A cursor of Django's is made, wrapped and thrown away for each statement, which is an eighth of what an entry costs.
    """
    connection, values = transaction.get_connection(), (session, tail, session, *given)
    if connection.queries_logged or connection.execute_wrappers:
        # Who watches the statements sees this one too.
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, values)
            return cursor.fetchone()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return _kept.of(connection.connection).execute(_INSERT, values).fetchall()[0]
