"""The log's own key, in a file outside the database: without it nobody can sign a checkpoint."""

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from audit.log.note import SignerKey


class NoKey(Exception):
    """The log has no key: `manage.py sequencer` makes it when the log is new, and never again."""


@dataclass(frozen=True)
class LogKey:
    """The present key, the key to change to (or None), and the pinned first verifier key of this log."""

    present: SignerKey
    following: SignerKey | None
    first: str


def read() -> LogKey:
    """Give the key. Raises NoKey."""
    try:
        stored = json.loads(_path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoKey from None
    names = {"present": stored["origin"], "following": stored.get("next_origin") or stored["origin"]}
    present, following = (
        SignerKey(origin, base64.b64decode(stored[name])) if stored[name] else None for name, origin in names.items()
    )
    if present is None:
        raise NoKey
    return LogKey(present, following, stored["first"])


def make() -> LogKey:
    """Draw the first key of a new log, under the name of the settings (FileExistsError when there is one)."""
    drawn = SignerKey.make(settings.LOG_ORIGIN)
    return _write(LogKey(drawn, None, str(drawn.verifier)), new=True)


def prepare_change() -> LogKey:
    """Draw the key to change to; the next checkpoint names and is signed by both. An unfinished change goes on."""
    known = read()
    if known.following is not None:
        return known
    return _write(LogKey(known.present, SignerKey.make(known.present.name), known.first))


def prepare_restart(origin: str) -> LogKey:
    """Draw the first key of the log's new name, for `restart_log`; what was begun and cut off goes on."""
    known = read()
    if known.following is not None and known.following.name != known.present.name:
        return known
    return _write(LogKey(known.present, SignerKey.make(origin), known.first))


def finish_change() -> LogKey:
    """Forget the old key, once the checkpoint that both signed is committed."""
    known = read()
    if known.following is None:
        return known
    return _write(LogKey(known.following, None, known.first))


def _path() -> Path:
    return Path(settings.LOG_KEY_FILE)


def _write(known: LogKey, *, new: bool = False) -> LogKey:
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if new and path.exists():
        raise FileExistsError(path)
    text = json.dumps(
        {
            "origin": known.present.name,
            "first": known.first,
            "present": base64.b64encode(known.present.private).decode(),
            "next_origin": known.following.name if known.following else "",
            "following": base64.b64encode(known.following.private).decode() if known.following else "",
        }
    )
    # A torn file would lose the key: write beside it, then move into place.
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return known
