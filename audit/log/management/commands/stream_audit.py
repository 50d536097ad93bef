"""Hands the entries of the log to a security team's collector."""

import logging
import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from audit.log.stream.streaming import BATCH, NotAlone, Stream, catch_up
from audit.log.stream.targets import UnknownTarget, target

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
PAUSE_AFTER_ERROR_SECONDS = 5.0


class Command(BaseCommand):
    help = (
        "Hand every entry to a collector, without content, in the order of the tree: file:///…, syslog://host:514"
        " (UDP), syslog+tcp://host:601, syslog+tls://host:6514, syslog+unix:///dev/log. Goes on where it was left;"
        " after a kill a few entries come twice, with the same id."
    )
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--to", default=settings.LOG_STREAM, help="The collector; LOG_STREAM by default.")
        parser.add_argument("--once", action="store_true", help="End when nothing waits any more.")

    def handle(self, *, to: str, once: bool, **options) -> None:
        try:
            target(to)
        except UnknownTarget:
            raise CommandError("Say by --to, or by LOG_STREAM, where the entries go.") from None
        if once:
            try:
                while catch_up(to):
                    continue
            except OSError as error:
                raise CommandError(f"The collector did not take them: {type(error).__name__}.") from None
            return
        self.stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: self.stopping.set())
        while not self.stopping.is_set():
            try:
                self._work(to)
            except NotAlone:
                self._rest()
            except Exception as error:  # noqa: BLE001  (its whole purpose is to be there)
                # The class only: the text of an error may hold values.
                log.warning("The stream of the log begins anew: %s", type(error).__name__)
                self._rest()
        connection.close()

    def _work(self, to: str) -> None:
        stream = Stream(to)
        try:
            while not self.stopping.is_set():
                if stream.work() < BATCH:
                    self.stopping.wait(PAUSE_SECONDS)
        finally:
            stream.close()

    def _rest(self) -> None:
        connection.close()
        self.stopping.wait(PAUSE_AFTER_ERROR_SECONDS)
