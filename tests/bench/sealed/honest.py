"""Writers and a sequencer that are killed at any moment, again and again, and the verification of what they left."""

import contextlib
import os
import random
import signal
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connections, transaction

from audit.log import verifying
from audit.log.actions import Relation
from audit.log.actor import Actor
from audit.log.models import SessionCounter
from audit.log.record import record
from audit.log.sequencer import NotAlone, Sequencer
from cases.actions import CASE_OPENED, CASES_LISTED
from tests.bench.sealed import own_log

_PAUSE, _IN_AN_ACT = 0.05, 12
_LIST = ["23456789", "98765432"]
# The processes by what they do; the sequencer is one of them, and dies as often as all writers together.
_running: dict[int, Callable[[], None]] = {}
_killed = 0


def begin(writers: int) -> None:
    """Let everybody work."""
    own_log.prepare()
    connections.close_all()
    for _ in range(writers):
        _start(_write)
    _start(_sequence)


def write_and_kill(entries: int, kills: int) -> None:
    """Wait until so many more entries are written, and kill (-9) so many processes meanwhile; each is begun anew."""
    global _killed
    end = _written() + entries
    for number in range(kills):
        while _written() < end - entries * (kills - number) // kills:
            time.sleep(_PAUSE)
        sequencers = [pid for pid, work in _running.items() if work is _sequence]
        victim = sequencers[0] if number % 2 else random.choice([pid for pid in _running if pid not in sequencers])
        _start(_kill(victim))
        _killed += 1
    while _written() < end:
        time.sleep(_PAUSE)


def end() -> dict[str, Any]:
    """Kill everybody, give the rest its places, and verify twice."""
    for pid in list(_running):
        _kill(pid)
    own_log.prepare()
    whole = verifying.verify(verifying.beginning())
    newest = verifying.verify(verifying.newest_part())
    faults = [f"{each.fault}: {each.place}" for each in (whole, newest) if each.fault]
    return {"size": whole.size, "faults": faults, "killed": _killed}


def _written() -> int:
    total = sum(SessionCounter.objects.values_list("counter", flat=True))
    # Nobody who is begun anew may share a connection.
    connections.close_all()
    return total


def _start(work: Callable[[], None]) -> None:
    child = os.fork()
    if child:
        _running[child] = work
        return
    try:
        work()
    finally:
        os._exit(1)


def _kill(pid: int) -> Callable[[], None]:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return _running.pop(pid)


def _write() -> None:
    """Acts of one or several entries, some of which are taken back, in sessions that change now and then."""
    pick = random.Random(os.getpid())
    while True:
        actor = Actor(str(uuid.uuid4()), "caseworker", "", uuid.uuid4())
        for _act in range(200):
            with transaction.atomic():
                for _ in range(pick.randint(1, _IN_AN_ACT)):
                    record(
                        CASE_OPENED, by=actor, reference="23456789", subject=uuid.uuid4(), relation=Relation.ASSIGNED
                    )
                record(CASES_LISTED, by=actor, shown=_LIST)
                transaction.set_rollback(pick.random() < 0.05)


def _sequence() -> None:
    while True:
        # The database may still be winding up the one before.
        with contextlib.suppress(NotAlone):
            sequencer = Sequencer()
            while True:
                sequencer.work()
                time.sleep(_PAUSE)
        time.sleep(_PAUSE)
