"""Removes entries whose time is over, as the nightly job does."""

from django.core.management.base import BaseCommand

from audit.review.retention import forget_past


class Command(BaseCommand):
    help = "Remove entries of the log that are past the time of LOG_RETENTION and that no hold keeps. Leaves stay."
    requires_system_checks = []

    def handle(self, **options) -> None:
        self.stdout.write(f"{forget_past()} entries were removed; verify_audit knows which.")
