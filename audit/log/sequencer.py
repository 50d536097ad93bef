"""The sequencer: gives committed entries their places in the tree and signs what the tree has become.

Entries are inserted freely; whoever holds the advisory lock takes those that are visible and have no place yet (never
"after the last key": keys commit out of order), and writes places, full tiles and a signed checkpoint in one
transaction. Killed anywhere, it leaves all of that or nothing, and the next one reads where it stood.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from audit.log import key, tree
from audit.log.actions import RESTARTED
from audit.log.actor import Actor
from audit.log.bodies import LEAF_OF_COLUMNS
from audit.log.identifier import first_uuid7
from audit.log.merkle import Frontier
from audit.log.models import Checkpoint, Leaf, Tile
from audit.log.models.tile import HEIGHT
from audit.log.note import SignerKey
from audit.log.record import record
from audit.log.statement import Lost, Statement

BATCH = 20_000
# So often a checkpoint comes when nothing happens, that silence may show.
HEARTBEAT = timedelta(seconds=60)
# An entry can become visible so long after its time, while its transaction lasts; what comes later is found by a look
# at all of them.
WINDOW = timedelta(minutes=2)
SWEEP_EVERY = timedelta(hours=1)
# The database's clock and our own may drift so far apart between two checkpoints; more is a jump, and noted.
DRIFT = timedelta(seconds=5)
_LOCK = 7_310_591

# One statement, so that no entry travels: what is visible without a place, in the order of keys, is given the next ones.
_PLACE = f"""
WITH waiting AS MATERIALIZED (
    SELECT e.id, {LEAF_OF_COLUMNS} AS leaf FROM log_entry e
    WHERE e.id >= %s AND NOT EXISTS (SELECT 1 FROM log_leaf l WHERE l.entry = e.id AND l.entry >= %s)
    ORDER BY e.id LIMIT %s
)
INSERT INTO log_leaf (position, entry, hash)
SELECT %s + row_number() OVER (ORDER BY id) - 1, id, leaf FROM waiting
RETURNING position, hash
"""


class NotAlone(Exception):
    """Another sequencer holds the lock."""


@dataclass
class _State:
    """What the last committed checkpoint left: the edge of the tree and when it was."""

    edge: Frontier
    number: int
    at: datetime | None
    # Our own clock at that checkpoint, None when another process wrote it.
    ours: float | None


class Sequencer:
    """One at a time, by a lock of its database session; after any error begin anew with another instance."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
            (alone,) = cursor.fetchone()
        if not alone:
            raise NotAlone
        # The lock lives and dies with this very connection.
        self._session = connection.connection
        self._state = _stored()
        self._signer = self._key()
        self._seen_until: datetime | None = None
        self._sweep_at: datetime | None = None

    def close(self) -> None:
        """Let another one work."""
        if connection.connection is self._session:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])

    def work(self) -> int:
        """Give places to what waits (at most one batch) and sign; without anything new, sign when a minute is over.

        Gives how many entries were taken. Raises NotAlone when the session with the lock is gone.
        """
        if connection.connection is not self._session:
            raise NotAlone
        signers = self._signers()
        with transaction.atomic():
            now = _database_time()
            edge = self._state.edge.copy()
            taken = self._place(edge, now)
            changes = len(signers) > 1
            if not (taken or changes or self._is_due(now)):
                return 0
            number, at = self._state.number + 1, _database_time()
            self._sign(edge, number, at, signers)
        self._state = _State(edge, number, at, time.monotonic())
        if changes:
            self._signer = key.finish_change().present
        if taken < BATCH:
            self._seen_until = now
        return taken

    def begin_anew(self, lost: Lost) -> Checkpoint:
        """Go on under the name of the following key, with an entry that commits to what was lost; give the checkpoint.

        Raises NoKey while there is no following key.
        """
        following = key.read().following
        if following is None:
            raise key.NoKey
        signers = [self._signer, following]
        with transaction.atomic():
            entry = record(
                RESTARTED,
                by=Actor.system(),
                detail_commitment=lost.commitment,
                subject_type="log.checkpoint",
                reference=str(lost.number),
            )
            edge = self._state.edge.copy()
            Leaf(position=edge.size, entry=entry.pk, hash=entry.leaf).save(force_insert=True)
            _grow(edge, [entry.leaf])
            checkpoint = self._sign(edge, lost.number + 1, _database_time(), signers, lost)
        key.finish_change()
        return checkpoint

    def _place(self, edge: Frontier, now: datetime) -> int:
        after = self._looks_from(now)
        with connection.cursor() as cursor:
            low = first_uuid7(after) if after else first_uuid7(datetime.fromtimestamp(0, now.tzinfo))
            cursor.execute(_PLACE, [low, low, BATCH, edge.size])
            placed = sorted(cursor.fetchall())
        _grow(edge, [bytes(found) for _position, found in placed])
        if after is None and len(placed) < BATCH:
            self._sweep_at = now + SWEEP_EVERY
        return len(placed)

    def _looks_from(self, now: datetime) -> datetime | None:
        """From which time of entries on this turn looks; None for all of them."""
        if self._seen_until is None or self._sweep_at is None or now >= self._sweep_at:
            return None
        # A clock that went back gives new entries old times.
        return min(self._seen_until, now) - WINDOW

    def _is_due(self, now: datetime) -> bool:
        last = self._state.at
        return last is None or not timedelta() <= now - last < HEARTBEAT

    def _sign(
        self, edge: Frontier, number: int, at: datetime, signers: list[SignerKey], lost: Lost | None = None
    ) -> Checkpoint:
        present, *following = signers
        statement = Statement(
            origin=signers[-1].name,
            size=edge.size,
            root=edge.root(),
            number=number,
            at=at,
            clock=self._jump(at),
            lost=lost,
            key=str(present.verifier) if following else "",
            next_key=str(following[0].verifier) if following else "",
        )
        checkpoint = Checkpoint(number=number, at=at, size=edge.size, note=statement.signed(*signers))
        checkpoint.save(force_insert=True)
        return checkpoint

    def _jump(self, at: datetime) -> int:
        """How many microseconds the database's clock went wrong since the last checkpoint; 0 when it went well."""
        last, ours = self._state.at, self._state.ours
        if last is None:
            return 0
        # Another process may have signed the last one any time before; then only a step back can be known.
        passed = timedelta(seconds=time.monotonic() - ours) if ours is not None else None
        gone = at - last if passed is None else at - last - passed
        wrong = at < last or (passed is not None and abs(gone) > DRIFT)
        return gone // timedelta(microseconds=1) if wrong else 0

    def _key(self) -> SignerKey:
        try:
            known = key.read()
        except key.NoKey:
            # A log that has checkpoints and no key any more is not a new log.
            if self._state.number:
                raise
            known = key.make()
        if known.following and self._state.number:
            newest = Checkpoint.objects.get(number=self._state.number).statement
            if newest.next_key == str(known.following.verifier):
                # The one before us was killed between the checkpoint and the file.
                known = key.finish_change()
        return known.present

    def _signers(self) -> list[SignerKey]:
        following = key.read().following
        # A key under another name is for `begin_anew` alone.
        if following is None or following.name != self._signer.name:
            return [self._signer]
        return [self._signer, following]


def _grow(edge: Frontier, leaves: list[bytes]) -> None:
    """Add leaves to the tree's edge, and write the tiles that they complete."""
    completed = [made for found in leaves for made in edge.push(found) if made[0] % HEIGHT == 0]
    Tile.objects.bulk_create(Tile(level=level // HEIGHT, index=index, hash=made) for level, index, made in completed)


def _stored() -> _State:
    newest = Checkpoint.objects.order_by("-number").first()
    if newest is None:
        return _State(Frontier(), 0, None, None)
    return _State(tree.frontier(newest.size), newest.number, newest.at, None)


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now
