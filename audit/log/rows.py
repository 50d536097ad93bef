"""Entries as the database sends them in bulk: each row's columns written as its body, and hashed.

A million entries pass here in one verification; whatever is in any way unusual gets no hash, and `verification` looks at
it by itself.
"""

import hashlib
import json
from typing import Any

import psycopg
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

from audit.log.bodies import DAY_OF_TIME
from audit.log.encoding import Malformed, encode_part

_MARK = b"\x01"
# Texts of which there are few combinations travel as one, so that each combination is written once. A text that holds
# the mark itself, or is missing, makes another number of them.
_BEFORE = ("actor_id", "actor_role", "actor_organisation", "action", "subject_type")
_AFTER = ("relation", "purpose", "outcome")
_CODES = r" || E'\x01' || ".join(f"e.{name}" for name in (*_BEFORE, *_AFTER))
_ENTRIES = f"""
SELECT uuid_send(e.id), timestamptz_send(e.at),
    uuid_send(e.session) || int8send(e.counter) || uuid_send(e.request), {_CODES}, textsend(e.reference),
    uuid_send(e.subject), e.shown::text, e.detail_commitment
FROM log_entry e
WHERE e.id = ANY (ARRAY (SELECT l.entry FROM log_leaf l WHERE l.position >= $1::bigint AND l.position < $2::bigint))
    AND {DAY_OF_TIME}
""".encode()
# The database sends microseconds from 2000.
_FROM_1970 = 946_684_800_000_000


def read_entries(database: psycopg.Connection, start: int, end: int) -> PGresult:
    """Read what every entry with a place from `start` up to `end` says, as `leaves_of_entries` takes it.

    By one call of the database's own library, during which another thread goes on; psycopg would ask for its turn at
    each few rows.
    """
    with database.lock:
        # Binary: a million bodies as hexadecimal text would take as long as all the hashing.
        result = database.pgconn.exec_params(_ENTRIES, [b"%d" % start, b"%d" % end], result_format=Format.BINARY)
    if result.status != ExecStatus.TUPLES_OK:
        raise psycopg.errors.error_from_result(result)
    return result


def leaves_of_entries(result: PGresult) -> dict[bytes, bytes]:
    """Give what these entries hash to, by their keys (16 bytes); an entry that is not plain has an empty hash."""
    codes: dict[bytes | None, tuple[bytes, bytes]] = {}
    sha256, whole, join = hashlib.sha256, int.from_bytes, b"".join
    value, columns = result.get_value, range(result.nfields)
    rows: list[list[Any]] = [[value(row, column) for column in columns] for row in range(result.ntuples)]
    found = {row[0]: b"" for row in rows}
    if len(found) != len(rows):
        # One key twice: nothing here is plain.
        return found
    for key, at, numbers, texts, reference, subject, shown, commitment in rows:
        try:
            known = codes.get(texts) or codes.setdefault(texts, _written(texts))
            told = (
                b"\0\1",
                key,
                (whole(at, signed=True) + _FROM_1970).to_bytes(8, signed=True),
                numbers,
                known[0],
                len(reference).to_bytes(2),
                reference,
                b"\0" if shown is None else _written_list(shown),
                b"\0" if subject is None else b"\1" + subject,
                known[1],
                b"\0" if commitment is None else encode_part("detail_commitment", commitment),
            )
            found[key] = sha256(join(told)).digest()
        except (ValueError, TypeError, OverflowError):
            # `_written` and the columns themselves: something is missing, or is no text, or too long for its place.
            continue
    return found


def _written_list(shown: bytes) -> bytes:
    told = json.loads(shown)
    if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
        raise Malformed("this is no list of texts")
    return encode_part("shown", told)


def _written(texts: bytes | None) -> tuple[bytes, bytes]:
    """Write the texts that travelled as one in the form of a body; Malformed when they cannot be told apart."""
    parts, names = (texts or b"").split(_MARK), (*_BEFORE, *_AFTER)
    if len(parts) != len(names):
        raise Malformed("a text is missing, or holds the mark")
    written = [encode_part(name, part.decode()) for name, part in zip(names, parts, strict=True)]
    return b"".join(written[: len(_BEFORE)]), b"".join(written[len(_BEFORE) :])
