"""The relay: hands the ids of due jobs to the broker, and starts recurring work."""

import logging
import threading
from collections.abc import Callable

from django.db import connection, transaction

from cellule.celery import app
from cellule.jobs.ledger import CHANNEL
from cellule.jobs.models import Job
from cellule.jobs.ticks import database_time, tick

log = logging.getLogger(__name__)

BATCH = 50
POLL_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 5.0


def send_due(send: Callable[[str], None]) -> int:
    """Send the ids of due jobs (at most one batch) and note it; gives their number.

    Rows another relay is sending are skipped. Killed between send and commit it leaves duplicates, which the
    ledger absorbs; a broker that fails in the middle leaves the rest for the next time.
    """
    sent: list[Job] = []
    failure: Exception | None = None
    with transaction.atomic():
        for job in Job.objects.to_send().order_by("send_at").select_for_update(skip_locked=True, of=("self",))[:BATCH]:
            try:
                send(str(job.pk))
            except Exception as error:  # noqa: BLE001  (each kind of broker has its own; what was sent is noted)
                failure = error
                break
            sent.append(job)
        Job.objects.mark_sent(sent)
    if failure:
        raise failure
    return len(sent)


class Relay:
    """Runs until told to stop. Several may run; one that loses database or broker comes back by itself."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._ticks: set[str] = set()

    def stop(self, *_signal) -> None:
        self.stopping.set()

    def run(self) -> None:
        """Work, and after a failure of database or broker work again."""
        pause = 0.1
        while not self.stopping.is_set():
            try:
                self._listen()
                for _woken in self._wake_ups():
                    pause = 0.1
            except Exception as error:  # noqa: BLE001  (its whole purpose is to be there)
                # The class only: the text of an error may hold values.
                log.warning("The relay lost its database or broker and tries again: %s", type(error).__name__)
                connection.close()
                self.stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        connection.close()

    def _listen(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")

    def _wake_ups(self):
        with app.connection_for_write() as broker:
            # Asked for before any row is locked: an unreachable broker must not hold up the workers.
            broker.ensure_connection(max_retries=1, interval_start=0)
            with app.amqp.Producer(broker, auto_declare=False) as producer:
                while not self.stopping.is_set():
                    tick(database_time(), self._ticks)
                    while send_due(lambda job_id: send(producer, job_id)) == BATCH:
                        pass
                    yield
                    for _notice in connection.connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                        pass


def send(producer, job_id: str) -> None:
    """Hand one id to the broker over an open connection."""
    app.send_task("jobs.run", args=[job_id], producer=producer, retry=False, ignore_result=True)
