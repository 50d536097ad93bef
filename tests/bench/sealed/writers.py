"""Many writers at once, each in a process of its own: with no log, with ours, and with a locked hash chain.

A turn is one transaction: an act, its entry, ten milliseconds of other work, and the commit on the disk. The sequencer
works beside ours, as it does in a house.
"""

import contextlib
import hashlib
import json
import os
import signal
import time
import uuid
from collections.abc import Iterator

from django.db import connection, connections, transaction

from audit.log.actor import Actor
from audit.log.record import record
from audit.log.sequencer import Sequencer
from cases.actions import CASE_OPENED
from tests.bench.sealed import own_log
from tests.bench.sealed.models import Act, Chained, ChainHead

OTHER_WORK = 0.010
_PAUSE = 0.4


def prepare() -> None:
    """Sequence what waits, and begin a chain."""
    own_log.prepare()
    ChainHead.objects.get_or_create(pk=1, defaults={"hash": bytes(32)})


def turns_per_second(kind: str, writers: int, seconds: float) -> float:
    """Let so many writers work for so long, as `bare`, `logged` or `chained`; give their turns in a second, all told."""
    connections.close_all()
    with _sequencing() if kind == "logged" else contextlib.nullcontext():
        pipes = [_begin(kind, number, seconds) for number in range(writers)]
        turns = 0
        for child, pipe in pipes:
            with os.fdopen(pipe) as told:
                turns += json.loads(told.read())
            os.waitpid(child, 0)
    return turns / seconds


def _begin(kind: str, number: int, seconds: float) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    # A writer that fails tells nothing, and the reader fails with it.
    try:
        turns = _write(kind, number, seconds)
        os.write(writing, json.dumps(turns).encode())
    finally:
        os._exit(0)


def _write(kind: str, number: int, seconds: float) -> int:
    actor = Actor(str(uuid.uuid4()), "caseworker", str(uuid.uuid4()), uuid.uuid4())
    connection.ensure_connection()
    turns, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        with transaction.atomic():
            Act.objects.create(writer=number)
            if kind == "logged":
                record(CASE_OPENED, by=actor, subject_type="cases.case", reference="23456789", purpose="casework")
            elif kind == "chained":
                _chain(actor)
            time.sleep(OTHER_WORK)
        turns += 1
    return turns


def _chain(actor: Actor) -> None:
    head = ChainHead.objects.select_for_update().get(pk=1)
    body = json.dumps({"actor": actor.id, "action": CASE_OPENED.code, "at": time.time()}).encode()
    head.hash = hashlib.sha256(bytes(head.hash) + body).digest()
    Chained.objects.create(body=body, hash=head.hash)
    head.save(update_fields=["hash"])


@contextlib.contextmanager
def _sequencing() -> Iterator[None]:
    """The sequencer in a process of its own, until the block ends."""
    child = os.fork()
    if not child:
        try:
            sequencer = Sequencer()
            while True:
                sequencer.work()
                time.sleep(_PAUSE)
        finally:
            os._exit(0)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
