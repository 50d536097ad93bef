"""Runs the sequencer and hands its checkpoints to the witnesses."""

import logging
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import connection

from audit.log.sequencer import BATCH, NotAlone, Sequencer
from audit.log.witnesses.publishing import Publisher, configured

log = logging.getLogger(__name__)

# Between two turns: half of what a committed entry may wait for its signed checkpoint at most.
PAUSE_SECONDS = 0.4
PAUSE_AFTER_ERROR_SECONDS = 2.0


class Command(BaseCommand):
    help = "Give entries of the log their places in the tree, sign checkpoints and hand them to the witnesses."
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        self.stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: self.stopping.set())
        publishers = [Publisher(witness, self.stopping) for witness in configured()]
        while not self.stopping.is_set():
            try:
                self._work(publishers)
            except NotAlone:
                self._rest()
            except Exception as error:  # noqa: BLE001  (its whole purpose is to be there)
                # The class only: the text of an error may hold values.
                log.warning("The sequencer begins anew: %s", type(error).__name__)
                self._rest()
        for publisher in publishers:
            publisher.finish()
        connection.close()

    def _work(self, publishers: list[Publisher]) -> None:
        sequencer = Sequencer()
        # Only who holds the lock speaks to witnesses.
        for publisher in publishers:
            publisher.begin()
        while not self.stopping.is_set():
            if sequencer.work() < BATCH:
                self.stopping.wait(PAUSE_SECONDS)
        sequencer.close()

    def _rest(self) -> None:
        connection.close()
        self.stopping.wait(PAUSE_AFTER_ERROR_SECONDS)
