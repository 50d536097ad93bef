"""The log's tree: how long an entry waits for its signature, how fast a backlog goes, how fast a million verify."""

import contextlib
import hashlib
import os
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import connection

from audit.log import merkle, verifying
from audit.log.actions import Relation
from audit.log.actor import Actor
from audit.log.insertion import GIVEN
from audit.log.models import Checkpoint, Entry, Leaf
from audit.log.record import record_read
from audit.log.sequencer import Sequencer
from cases.actions import CASE_OPENED

PAUSE = 0.4


def lags(number: int, pause: float) -> list[float]:
    """Seconds from each of so many commits (with so many seconds between them) to the signed checkpoint that holds it."""
    stopping = threading.Event()

    def sequence() -> None:
        sequencer = Sequencer()
        while not stopping.wait(PAUSE):
            sequencer.work()
        sequencer.work()
        sequencer.close()
        connection.close()

    thread = threading.Thread(target=sequence)
    thread.start()
    actor = Actor(str(uuid.uuid4()), "caseworker", str(uuid.uuid4()), uuid.uuid4())
    written = []
    for _ in range(number):
        written.append(record_read(CASE_OPENED, by=actor, subject_type="cases.case", reference="23456789"))
        time.sleep(pause)
    stopping.set()
    thread.join()
    checkpoints = list(Checkpoint.objects.order_by("size", "number").values_list("size", "at"))
    places = dict(Leaf.objects.filter(entry__in=[entry.pk for entry in written]).values_list("entry", "position"))
    signed = [next(at for size, at in checkpoints if size > places[entry.pk]) for entry in written]
    return [(at - entry.at).total_seconds() for at, entry in zip(signed, written, strict=True)]


def insert_entries(number: int) -> None:
    """Insert honest entries by one statement, as many reads would have left them."""
    actor = Actor(str(uuid.uuid4()), "caseworker", str(uuid.uuid4()), uuid.uuid4())
    told = {"subject_type": "cases.case", "reference": "23456789", "subject": uuid.uuid4(), "purpose": "casework"}
    model = record_read(CASE_OPENED, by=actor, relation=Relation.ASSIGNED, **told)
    given = {name: getattr(model, name) for name in GIVEN}
    columns, session = ", ".join(GIVEN), uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            f"""
            WITH numbered AS (SELECT n, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - 40000000000
                    + n * 100 AS micro FROM generate_series(1, %(number)s::bigint) n),
            keyed AS (SELECT n, micro, (lpad(to_hex(micro / 1000), 12, '0') || '7'
                || lpad(to_hex(micro %% 1000 * 4096 / 1000), 3, '0')
                || translate(left(md5(n::text), 1), '01234567cdef', '89ab89ab89ab')
                || substring(md5(n::text) FROM 2 FOR 15))::uuid AS id FROM numbered)
            INSERT INTO log_entry (id, at, session, counter, {columns})
            SELECT id, timestamptz 'epoch' + micro * interval '1 microsecond', %(session)s::uuid, n,
                {", ".join(f"%({name})s{'::jsonb' if name == 'shown' else ''}" for name in GIVEN)} FROM keyed
            """,
            given | {"number": number, "session": session},
        )
        cursor.execute("INSERT INTO log_sessioncounter (session, counter) VALUES (%s, %s)", [session, number])
        cursor.execute("SET statement_timeout = 30000")


def sequence_backlog() -> tuple[int, float]:
    """How many entries were sequenced, and in how many seconds."""
    sequencer, taken, start = Sequencer(), 0, time.perf_counter()
    while more := sequencer.work():
        taken += more
    seconds = time.perf_counter() - start
    sequencer.close()
    return taken, seconds


def verify_all() -> dict[str, Any]:
    """Seconds to verify the whole tree on one core, the floor of only hashing it there, and how many entries it holds.

    The floor is the mean of one before and one after: a core is not equally fast all the time.
    """
    body, size = Entry.objects.order_by("id").first().body, Leaf.objects.count()
    with _one_core():
        before = _hashed(body, size)
        start = time.perf_counter()
        result = verifying.verify(verifying.beginning())
        seconds = time.perf_counter() - start
        floor = (before + _hashed(body, size)) / 2
    return {"fault": result.fault, "place": result.place, "size": result.size, "seconds": seconds, "floor": floor}


def _hashed(body: bytes, size: int) -> float:
    """Seconds to do nothing but hash so many leaves and the tree above them."""
    start, sha256 = time.perf_counter(), hashlib.sha256
    hashes = [sha256(b"\0" + body).digest() for _ in range(size)]
    place = 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            merkle.full_root(hashes[place : place + (1 << height)])
            place += 1 << height
    return time.perf_counter() - start


@contextlib.contextmanager
def _one_core() -> Iterator[None]:
    """This thread, those that it begins, and the database's process that serves them, on one core together."""
    connection.ensure_connection()
    processes = (0, connection.connection.info.backend_pid)
    cores = os.sched_getaffinity(0)
    for process in processes:
        os.sched_setaffinity(process, {min(cores)})
    try:
        yield
    finally:
        for process in processes:
            os.sched_setaffinity(process, cores)


def bytes_per_entry() -> float:
    """What an entry takes on the disk with its indexes and its part of the tree."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(t::regclass))"
            " FROM unnest(ARRAY['log_entry', 'log_leaf', 'log_tile', 'log_checkpoint']) t"
        )
        (size,) = cursor.fetchone()
    return float(size) / Entry.objects.count()
