"""Two acts at the same moment, with real transactions."""

import threading
import time
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import connection, connections, transaction
from django.http import Http404

from cellule.steps import TooLate


def answer_of(act: Callable[[], object]) -> str:
    """How an act ends: done, or how it is refused."""
    try:
        act()
    except Http404:
        return "404"
    except PermissionDenied:
        return "403"
    except TooLate:
        return "409"
    return "done"


def one_after_the_other(first: Callable[[], object], second: Callable[[], object]) -> tuple[str, str]:
    """Begin the second while the first is done and not yet kept, and keep it once the second waits for it."""
    answers: list[str] = []

    def run() -> None:
        answers.append(answer_of(second))
        connections.close_all()

    other = threading.Thread(target=run)
    with transaction.atomic():
        answered = answer_of(first)
        other.start()
        _wait_for_somebody_who_waits(other)
    other.join()
    return answered, answers[0]


def _wait_for_somebody_who_waits(other: threading.Thread) -> None:
    """Return when the other's statement stands before a lock. Fails when it never does."""
    while other.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
                " WHERE NOT l.granted AND a.datname = current_database()"
            )
            if cursor.fetchone() == (1,):
                return
        time.sleep(0.005)
    raise AssertionError("the second act did not wait for the first")
