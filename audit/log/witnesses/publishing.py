"""Handing checkpoints to witnesses after they are committed: each in its own thread, so that nobody waits for another."""

import logging
import threading
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils import timezone

from audit.log.models import Checkpoint, Receipt
from audit.log.note import VerifierKey
from audit.log.witnesses.files import File, Folder
from audit.log.witnesses.mail import Mail
from audit.log.witnesses.web import Web
from audit.log.witnesses.witness import AnotherLog, Away, Emptied, Witness

log = logging.getLogger(__name__)

# At most so many checkpoints in one hand-over; who was away for long gets them one after the other.
_AT_ONCE = 5_000
_LONGEST_PAUSE = 300.0


class UnusableWitness(ValueError):
    """The settings name a witness that nobody can speak to."""


def configured() -> list[Witness]:
    """Give the witnesses of the settings. Raises UnusableWitness."""
    return [_witness(name, address) for name, address in settings.LOG_WITNESSES.items()]


def hand_over(witness: Witness) -> bool:
    """Give a witness what it has not taken yet, and keep its answer; whether there is more. Raises Away.

    One that has lost what it took is handed everything again, and the answer says so.
    """
    newest = Receipt.objects.filter(witness=witness.name, held=True).order_by("-id").first()
    try:
        return _hand_over(witness, newest)
    except Emptied:
        log.warning("Witness %s has lost what it took; it is handed everything again.", witness.name)
        return _hand_over(witness, None, anew=True)


def _hand_over(witness: Witness, newest: Receipt | None, *, anew: bool = False) -> bool:
    waiting = Checkpoint.objects.filter(number__gt=newest.checkpoint if newest else 0).order_by("number")
    checkpoints = list(waiting.reverse()[:1] if witness.newest_only else waiting[:_AT_ONCE])
    if not checkpoints:
        return False
    held, words = True, ""
    try:
        words = witness.keep(checkpoints, newest)
    except AnotherLog:
        held = False
    last = checkpoints[-1]
    receipt = Receipt(witness=witness.name, checkpoint=last.number, size=last.size, at=timezone.now(), words=words)
    receipt.held, receipt.anew = held, anew
    if held or not _is_known_refusal(witness):
        receipt.save(force_insert=True)
    return held and len(checkpoints) == _AT_ONCE


class Publisher:
    """The thread of one witness."""

    def __init__(self, witness: Witness, stopping: threading.Event) -> None:
        self.witness, self.stopping = witness, stopping
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"witness {self.witness.name}", daemon=True)
            self._thread.start()

    def finish(self) -> None:
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        pause = self._first_pause()
        while not self.stopping.wait(pause):
            try:
                pause = 0.0 if hand_over(self.witness) else self.witness.every
            except Exception as error:  # noqa: BLE001  (a witness can fail in any way; it is asked again)
                # The class only: the text of an error may hold an address.
                log.warning("Witness %s is away: %s", self.witness.name, type(error).__name__)
                connection.close()
                pause = min(max(pause, 1.0) * 2, _LONGEST_PAUSE)
        connection.close()

    def _first_pause(self) -> float:
        newest = Receipt.objects.filter(witness=self.witness.name).order_by("-id").first()
        # Who began anew just now must not send a day's letter again.
        since = (timezone.now() - newest.at).total_seconds() if newest else self.witness.every
        return max(self.witness.every - since, 0.5)


def _is_known_refusal(witness: Witness) -> bool:
    """Whether it was written down within the hour that this witness holds another log."""
    newest = Receipt.objects.filter(witness=witness.name).order_by("-id").first()
    return newest is not None and not newest.held and newest.at > timezone.now() - timedelta(hours=1)


def _witness(name: str, address: str) -> Witness:
    place, _space, key = address.strip().partition(" ")
    parts = urlsplit(place)
    match parts.scheme:
        case "file":
            return File(name, Path(parts.path))
        case "folder":
            return Folder(name, Path(parts.path))
        case "mailto":
            return Mail(name, parts.path)
        case "http" | "https":
            return Web(name, place, VerifierKey.parse(key))
    raise UnusableWitness(name)


__all__ = ["Away", "Publisher", "UnusableWitness", "configured", "hand_over"]
