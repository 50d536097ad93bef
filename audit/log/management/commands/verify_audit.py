"""Checks the whole log and names the first bad place."""

import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit.log import key, verifying
from audit.log.models import Checkpoint
from audit.log.verification import Progress

_WIDTH = 30
_EVERY_SECONDS = 0.5


class Command(BaseCommand):
    help = (
        "Check every entry, the tree, its signed checkpoints and the witnesses' copies. Broken off by Ctrl-C it goes"
        " on the next time. Ends with 1 and names the first bad place when there is one."
    )
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--key", default="", help="The log's first verifier key, as you wrote it down.")
        parser.add_argument("--again", action="store_true", help="Begin with the first entry.")
        parser.add_argument("--state", type=Path, default=settings.DATA / "run" / "verify_audit.json")

    def handle(self, *, key: str, again: bool, state: Path, **options) -> None:
        if again:
            state.unlink(missing_ok=True)
        self._told_at, self._state = 0.0, state
        self._last = Checkpoint.objects.order_by("-number").values_list("size", flat=True).first() or 0
        try:
            result = verifying.verify(self._progress(key), tell=self._tell)
        except KeyboardInterrupt:
            raise CommandError("Broken off. The next time it goes on from here; --again begins anew.") from None
        self._end_line()
        # Only what was broken off goes on; a whole verification begins with the first entry.
        state.unlink(missing_ok=True)
        if result.fault:
            raise CommandError(f"{result.get_fault_display()}: {result.place}.")
        self.stdout.write(f"The log is sound: {result.size} entries, {result.checkpoint} checkpoints.")

    def _progress(self, pinned: str) -> Progress:
        try:
            return verifying.kept(self._state, pinned)
        except key.NoKey:
            raise CommandError("The log has no key here: give its first verifier key by --key.") from None

    def _tell(self, progress: Progress) -> None:
        if time.monotonic() - self._told_at < _EVERY_SECONDS:
            return
        self._told_at = time.monotonic()
        verifying.keep(self._state, progress)
        if sys.stderr.isatty():
            full = _WIDTH * progress.size // max(self._last, 1)
            bar = "█" * full + "·" * (_WIDTH - full)
            print(f"\r{bar} {progress.size} of {self._last} entries ", end="", file=sys.stderr, flush=True)

    def _end_line(self) -> None:
        if sys.stderr.isatty():
            print(file=sys.stderr)
