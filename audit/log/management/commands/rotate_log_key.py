"""Changes the key that signs the log."""

from django.core.management.base import BaseCommand, CommandError

from audit.log import key


class Command(BaseCommand):
    help = "Draw the log's next key; the sequencer's next checkpoint names both keys and is signed by both."
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        try:
            known = key.prepare_change()
        except key.NoKey:
            raise CommandError("The log has no key yet; the sequencer makes it.") from None
        self.stdout.write(f"From the next checkpoint on the log signs as {known.following.verifier}")
