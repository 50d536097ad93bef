"""Runs the relay: due jobs go to the broker, recurring work gets its rows."""

import signal

from django.core.management.base import BaseCommand

from cellule.ground.refusal import refuse_to_start
from cellule.jobs.relay import Relay


class Command(BaseCommand):
    help = "Hand due jobs to the broker and start recurring work, until told to stop. Several may run."
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        refuse_to_start()
        relay = Relay()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, relay.stop)
        relay.run()
