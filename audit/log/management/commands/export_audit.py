"""Writes the log into a file that anybody can check."""

import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from audit.log import bundle, key


class Command(BaseCommand):
    help = "Write the whole log into a new file; audit/log/verify_bundle.py checks it on any machine."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options) -> None:
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise CommandError(f"{file} is there already.") from None
        try:
            with os.fdopen(descriptor, "w+b") as target:
                newest = bundle.export(target)
        except (bundle.NothingSigned, key.NoKey):
            file.unlink()
            raise CommandError("The log has no signed checkpoint yet.") from None
        except bundle.RemovalUnsigned:
            file.unlink()
            raise CommandError("Entries were removed, and the log has not signed since. Try again.") from None
        self.stdout.write(f"{newest.size} entries up to checkpoint {newest.number} are in {file}.")
