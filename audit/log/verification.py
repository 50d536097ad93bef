"""Checking the log as it lies in the database: from entries to leaves, tree, checkpoints, signatures and witnesses.

Everything is read in the order of the tree and stops at the first bad place. Progress can be kept, so that what was
broken off goes on where it was.
"""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from struct import pack
from typing import NamedTuple

import psycopg
from django.db import connection, transaction
from psycopg.pq.abc import PGresult

from audit.log import forgotten
from audit.log.actions import RESTARTED
from audit.log.bodies import DAY_OF_TIME, LEAF_OF_COLUMNS
from audit.log.identifier import first_uuid7
from audit.log.merkle import Frontier, full_root
from audit.log.models import Checkpoint, Entry, Fault, Leaf, Tile
from audit.log.models.tile import HEIGHT, WIDTH
from audit.log.note import NotSigned, VerifierKey
from audit.log.rows import leaves_of_entries, read_entries
from audit.log.statement import Lost, Statement

# Leaves read by one statement.
STRETCH = 16 * WIDTH
# What was committed so long ago has its place by now.
PATIENCE = timedelta(minutes=5)
# What Python can say of a time; the database says more.
_CALENDAR = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))

_PLACES = """
SELECT coalesce(string_agg(int8send(l.position), ''::bytea), ''), coalesce(string_agg(uuid_send(l.entry), ''::bytea), ''),
    coalesce(string_agg(l.hash, ''::bytea), '')
FROM (SELECT position, entry, hash FROM log_leaf WHERE position >= %s AND position < %s ORDER BY position) l
"""
_LEAVES = f"""
SELECT l.position, l.entry, l.hash, e.id IS NOT NULL, {LEAF_OF_COLUMNS}, {DAY_OF_TIME}
FROM log_leaf l LEFT JOIN log_entry e ON e.id = l.entry
WHERE l.position >= %s AND l.position < %s ORDER BY l.position
"""
_UNPLACED = """
SELECT e.id FROM log_entry e LEFT JOIN log_leaf l ON l.entry = e.id
WHERE l.entry IS NULL AND e.id < %s ORDER BY e.id LIMIT 1
"""
# A session's numbers have no gap but for those of removed entries, and its counter stands at the last of them.
_COUNTERS = """
SELECT coalesce(e.session, c.session, f.session) FROM
    (SELECT session, count(DISTINCT counter) AS entries, max(counter) AS last FROM log_entry GROUP BY session) e
    FULL JOIN log_sessioncounter c ON c.session = e.session
    FULL JOIN (SELECT session, sum(entries) AS entries FROM log_forgottencount GROUP BY session) f
        ON f.session = coalesce(e.session, c.session)
WHERE coalesce(e.entries, 0) + coalesce(f.entries, 0) IS DISTINCT FROM c.counter
    OR e.last > c.counter OR f.session IS NULL AND e.last IS DISTINCT FROM c.counter
ORDER BY 1 LIMIT 1
"""


class Broken(Exception):
    """The first bad place that was found: its fault and its name."""

    def __init__(self, fault: Fault, place: str) -> None:
        super().__init__(fault, place)
        self.fault, self.place = fault, place


@dataclass
class Progress:
    """How far a verification is: the key in force, the last checkpoint that was checked, and the edge of the tree."""

    key: VerifierKey
    number: int = 0
    size: int = 0
    at: datetime | None = None
    # Whole tiles only: what is not a whole tile yet is read again.
    edge: Frontier = field(default_factory=Frontier)


def verify_tree(progress: Progress, *, tell: Callable[[Progress], None] = lambda _progress: None) -> None:
    """Check entries, leaves, tiles, checkpoints and signatures from `progress` to the newest checkpoint.

    `tell` is called now and then with how far it is; raises Broken at the first bad place. All of it sees the log as
    it is at the beginning of the transaction, in which the caller may have more to check.
    """
    newest = Checkpoint.objects.defer("at").order_by("-number").first()
    if newest is None:
        if progress.number or Leaf.objects.exists():
            raise Broken(Fault.SIZE, "no checkpoint")
        return
    if newest.number < progress.number:
        raise Broken(Fault.NUMBER, f"checkpoint {progress.number}")
    with closing(_Grown(progress.edge, _stated_size(newest))) as grown:
        for checkpoint in _checkpoints_after(progress):
            statement, key = _read(checkpoint, progress)
            if grown.root_at(statement.size) != statement.root:
                places = f"places {progress.size} to {max(statement.size - 1, 0)}"
                raise Broken(Fault.ROOT, f"checkpoint {checkpoint.number}, {places}")
            progress.key, progress.number, progress.size = key, checkpoint.number, statement.size
            progress.at, progress.edge = statement.at, grown.edge
            tell(progress)
    _check_end(progress.size)


def verify_rest(*, now: datetime | None = None) -> None:
    """Check what lies beside the tree: entries without a place, removals by rule, and the counters of sessions.

    Raises Broken.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (present,) = cursor.fetchone()
        # All are looked at, whatever the planner believes of how many there are: one probe for each takes twice as long.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_UNPLACED, [first_uuid7((now or present) - PATIENCE)])
        unplaced = cursor.fetchone()
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
        if unplaced:
            raise Broken(Fault.NOT_SEQUENCED, f"entry {unplaced[0]}")
        if unsound := forgotten.first_unsound():
            raise Broken(*unsound)
        cursor.execute(_COUNTERS)
        if row := cursor.fetchone():
            raise Broken(Fault.COUNTER, f"session {row[0]}")


def whole_view():
    """A transaction in which everything is seen as at its beginning, however long it takes."""
    return _WholeView()


class _WholeView:
    def __enter__(self) -> None:
        self._block = transaction.atomic(durable=True)
        self._block.__enter__()
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
            # Millions of keys and counters are put beside each other, and need not go over the disk for that.
            cursor.execute("SET LOCAL work_mem = '256MB'")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")

    def __exit__(self, *error) -> None:
        self._block.__exit__(*error)


def _checkpoints_after(progress: Progress) -> Iterator[Checkpoint]:
    """Give the checkpoints after `progress`, in their order; raises Broken at one whose time no calendar here holds."""
    coming = Checkpoint.objects.filter(number__gt=progress.number).order_by("number")
    beyond = coming.exclude(at__range=_CALENDAR).values_list("number", flat=True).first()
    yield from (coming if beyond is None else coming.filter(number__lt=beyond)).iterator()
    if beyond is not None:
        raise Broken(Fault.CHECKPOINT, f"checkpoint {beyond}")


def _stated_size(newest: Checkpoint) -> int:
    """How far the tree has to be read: what the note says, where it can be read at all."""
    try:
        return newest.statement.size
    except NotSigned:
        return newest.size


def _read(checkpoint: Checkpoint, progress: Progress) -> tuple[Statement, VerifierKey]:
    """Check a checkpoint by itself and against the one before; give what it says and the key of the next one."""
    place = f"checkpoint {checkpoint.number}"
    if checkpoint.number != progress.number + 1 and "\nrestart " not in checkpoint.note:
        raise Broken(Fault.NUMBER, f"checkpoint {progress.number + 1}")
    try:
        statement = Statement.parse(checkpoint.note)
        key = statement.key_after(checkpoint.note, progress.key)
    except NotSigned:
        raise Broken(Fault.SIGNATURE, place) from None
    if (statement.number, statement.size, statement.at) != (checkpoint.number, checkpoint.size, checkpoint.at):
        raise Broken(Fault.CHECKPOINT, place)
    if statement.size < progress.size:
        raise Broken(Fault.SIZE, place)
    if statement.lost and not _follows(statement.lost, statement, progress):
        raise Broken(Fault.NUMBER, place)
    if progress.at is not None and statement.at < progress.at and statement.clock >= 0:
        raise Broken(Fault.CLOCK, place)
    return statement, key


def _follows(lost: Lost, statement: Statement, progress: Progress) -> bool:
    """Whether a log that was begun anew leads on from what was lost, and its first entry commits to that."""
    if statement.number != lost.number + 1 or lost.number < progress.number or lost.size < progress.size:
        return False
    place = Leaf.objects.filter(position=progress.size, position__gte=statement.size - 1).first()
    entry = Entry.objects.filter(pk=place.entry).first() if place else None
    if entry is None:
        return place is not None and place.position in forgotten.places(place.position, place.position + 1)
    return (entry.action, bytes(entry.detail_commitment or b"")) == (
        RESTARTED.code,
        lost.commitment,
    )


class _Grown:
    """The tree as it grows from a verified edge, fed with leaves as they are checked."""

    def __init__(self, edge: Frontier, size: int) -> None:
        self.edge, self._whole_edge = edge, edge.copy()
        self._tiles = _tiles(edge.size, size)
        self._hashes: list[bytes] | None = None

    def close(self) -> None:
        """Read no more."""
        self._tiles.close()

    def root_at(self, size: int) -> bytes:
        """Check leaves up to `size` and give the root there; sizes rise from call to call. Raises Broken."""
        while self._whole_edge.size < size:
            if self._hashes is None:
                self._hashes = next(self._tiles, None)
                self._edge_and_part = self._whole_edge.copy()
            if self._hashes is None:
                raise Broken(Fault.SIZE, f"place {self._whole_edge.size}")
            if self._whole_edge.size + WIDTH > size:
                return self._root_inside(size)
            self._whole_edge = self._whole_edge.copy()
            self._whole_edge.push(full_root(self._hashes), HEIGHT)
            self.edge, self._hashes = self._whole_edge, None
        return self._whole_edge.root()

    def _root_inside(self, size: int) -> bytes:
        part, begin = self._edge_and_part, self._whole_edge.size
        for found in (self._hashes or [])[part.size - begin : size - begin]:
            part.push(found)
        if part.size != size:
            raise Broken(Fault.SIZE, f"place {part.size}")
        return part.root()


def _tiles(start: int, size: int) -> Generator[list[bytes]]:
    """Check one tile after the other from `start` on, the last one as far as it goes; give the hashes of its leaves."""
    end, database = size // WIDTH * WIDTH, connection.connection
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(_read_stretch, database, start, min(start + STRETCH, end))
        for begin in range(start, end, STRETCH):
            until, read = min(begin + STRETCH, end), coming.result()
            gone, wanted = forgotten.places(begin, until), range(begin // WIDTH, until // WIDTH)
            stored = _stored_tiles(1, wanted.start, wanted.stop)
            # Half of the time goes by in the database: it reads on while these are hashed.
            coming = reader.submit(_read_stretch, database, until, min(until + STRETCH, end))
            leaves = _sound_leaves(begin, until, read, gone)
            for index in wanted:
                place = index * WIDTH - begin
                yield _tile(index, leaves[place : place + WIDTH], stored.get(index), gone)
    if size > end:
        yield _check_leaves(end, size, forgotten.places(end, size))


class _Stretch(NamedTuple):
    """What the database holds of a stretch of places: their numbers, entries and leaves, and what the entries say."""

    positions: bytes
    entries: bytes
    hashes: bytes
    told: PGresult


def _read_stretch(database: psycopg.Connection, start: int, end: int) -> _Stretch:
    ((positions, entries, hashes),) = _rows(database, _PLACES, start, end)
    return _Stretch(positions, entries, hashes, read_entries(database, start, end))


def _sound_leaves(start: int, end: int, read: _Stretch, gone: set[int]) -> list[bytes | None]:
    """Give the leaf of each place, None where something is not plainly as it should be."""
    positions, entries, hashes, told = read
    if positions != pack(f">{end - start}q", *range(start, end)) or len(hashes) != 32 * (end - start):
        return [None] * (end - start)
    found = leaves_of_entries(told)
    leaves = [hashes[place : place + 32] for place in range(0, len(hashes), 32)]
    keys = [entries[place : place + 16] for place in range(0, len(entries), 16)]
    return [
        leaf if found.get(key, leaf if place in gone else None) == leaf else None
        for place, (key, leaf) in enumerate(zip(keys, leaves, strict=True), start)
    ]


def _tile(index: int, leaves: list[bytes | None], stored: bytes | None, gone: set[int]) -> list[bytes]:
    start = index * WIDTH
    hashes = [leaf for leaf in leaves if leaf is not None]
    if len(hashes) != len(leaves):
        # What is not plain is looked at again, column by column, which names what is wrong.
        hashes = _check_leaves(start, start + WIDTH, gone)
    if stored != full_root(hashes):
        raise Broken(Fault.TILE, f"tile 1/{index}, places {start} to {start + WIDTH - 1}")
    return hashes


def _check_leaves(start: int, end: int, gone: set[int]) -> list[bytes]:
    rows, found = _rows(connection.connection, _LEAVES, start, end), []
    for expected, row in enumerate(rows, start):
        position, entry, leaf, there, told, has_its_day = row
        if position != expected:
            raise Broken(Fault.LEAF_MISSING, f"place {expected}")
        if not there and position in gone:
            found.append(bytes(leaf))
            continue
        if not there:
            raise Broken(Fault.ENTRY_MISSING, f"entry {entry}, place {position}")
        if told is None:
            raise Broken(Fault.COLUMNS, f"entry {entry}, place {position}")
        if bytes(told) != bytes(leaf):
            raise Broken(Fault.BODY, f"entry {entry}, place {position}")
        if not has_its_day:
            raise Broken(Fault.COLUMNS, f"entry {entry}, place {position}")
        found.append(bytes(leaf))
    if len(rows) != end - start:
        raise Broken(Fault.LEAF_MISSING, f"place {start + len(rows)}")
    return found


def _check_end(size: int) -> None:
    """Check that the tables hold the tree that was signed and no more, and the tiles above the first level."""
    if Leaf.objects.filter(position__gte=size).exists() or Leaf.objects.filter(position__lt=0).exists():
        raise Broken(Fault.SIZE, f"place {size}")
    if Tile.objects.filter(level__lt=1).exists():
        raise Broken(Fault.TILE, "level 0 of the tree")
    level = 1
    while Tile.objects.filter(level__gte=level).exists() or size >> (level * HEIGHT):
        whole = size >> (level * HEIGHT)
        if Tile.objects.filter(level=level).count() != whole:
            raise Broken(Fault.TILE, f"level {level} of the tree")
        if level > 1:
            _check_level(level, whole)
        level += 1


def _check_level(level: int, whole: int) -> None:
    """Check that each tile of a higher level is made of those below."""
    stored = _stored_tiles(level, 0, whole)
    for index in range(whole):
        below = _stored_tiles(level - 1, index * WIDTH, (index + 1) * WIDTH)
        if len(below) != WIDTH or stored.get(index) != full_root([below[place] for place in sorted(below)]):
            raise Broken(Fault.TILE, f"tile {level}/{index}")


def _stored_tiles(level: int, start: int, end: int) -> dict[int, bytes]:
    tiles = Tile.objects.filter(level=level, index__gte=start, index__lt=end)
    return {index: bytes(found) for index, found in tiles.values_list("index", "hash")}


def _rows(database: psycopg.Connection, statement: str, start: int, end: int) -> list[tuple]:
    # Binary: a million bodies as hexadecimal text would take as long as all the hashing.
    with database.cursor(binary=True) as cursor:
        return cursor.execute(statement, [start, end]).fetchall()
