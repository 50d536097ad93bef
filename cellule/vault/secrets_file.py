"""What the server itself keeps outside the database: its secret, the pepper, the house's pinned fingerprint."""

import base64
import json
import os
import secrets
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from cellule.vault.sealing import derive


class NotFounded(Exception):
    """No secrets file exists: `manage.py found` has not been run."""


@dataclass(frozen=True)
class HouseSecrets:
    """Server secret (32 bytes), peppers by number, pinned fingerprint of the house root ("" until sealed).

    `next_pin`: the root that a ceremony is about to put in its place; it counts once the database holds it too.
    """

    server: bytes
    peppers: dict[int, bytes]
    pin: str
    next_pin: str = ""

    @property
    def pepper_number(self) -> int:
        return max(self.peppers)


def make(*, pepper_number: int = 1, pin: str = "") -> HouseSecrets:
    """Write a new secrets file, readable by its owner only (FileExistsError when there is one).

    After a loss the pepper takes a number that no slot names, and the pin is what the custodians' sheets open.
    """
    made = HouseSecrets(secrets.token_bytes(32), {pepper_number: secrets.token_bytes(32)}, pin)
    _write(settings.SECRETS_FILE, made, os.O_EXCL)
    return made


def add_pepper(*, above: int = 0) -> int:
    """Add a pepper under the next number, which is above `above` too; gives the number. New slots take it at once."""
    before = read()
    number = max(above, *before.peppers, 0) + 1
    peppers = before.peppers | {number: secrets.token_bytes(32)}
    _write(settings.SECRETS_FILE, replace(before, peppers=peppers), os.O_TRUNC)
    return number


def drop_pepper(number: int) -> None:
    """Forget an older pepper: whatever slot still names it opens nothing more (ValueError for the newest one)."""
    before = read()
    if number == before.pepper_number:
        raise ValueError("the newest pepper stays")
    peppers = {known: pepper for known, pepper in before.peppers.items() if known != number}
    _write(settings.SECRETS_FILE, replace(before, peppers=peppers), os.O_TRUNC)


def read() -> HouseSecrets:
    """Give the secrets; a changed file is read again. Raises NotFounded."""
    try:
        return _current(settings.SECRETS_FILE)
    except FileNotFoundError:
        raise NotFounded from None


def is_founded() -> bool:
    return Path(settings.SECRETS_FILE).exists()


def pin(fingerprint: str) -> None:
    """Pin the house root once (ValueError when another one is pinned)."""
    before = read()
    if before.pin not in {"", fingerprint}:
        raise ValueError("another house root is pinned already")
    _write(settings.SECRETS_FILE, replace(before, pin=fingerprint), os.O_TRUNC)


def unpin() -> None:
    """Take the pin back when the founding that set it failed."""
    _write(settings.SECRETS_FILE, replace(read(), pin=""), os.O_TRUNC)


def announce_pin(fingerprint: str) -> None:
    """Say which root is about to be pinned, before the database says so ("" takes it back)."""
    _write(settings.SECRETS_FILE, replace(read(), next_pin=fingerprint), os.O_TRUNC)


def take_next_pin() -> None:
    """Pin the announced root (ValueError when none was announced)."""
    before = read()
    if not before.next_pin:
        raise ValueError("no root was announced")
    _write(settings.SECRETS_FILE, replace(before, pin=before.next_pin, next_pin=""), os.O_TRUNC)


def server_key(label: str) -> bytes:
    """A key of the server for one purpose: sealed sessions, second-factor seeds, invitation codes."""
    return _derived(read().server, label)


def django_key(path: Path) -> str:
    """What Django signs with, derived from the server's secret ("" before the founding); for the settings."""
    return derive(_current(path).server, "server/django").hex() if path.exists() else ""


def _current(path: Path) -> HouseSecrets:
    # Asked several times in a request: read anew only when any of these says that it is another file, or changed.
    seen = path.stat()
    return _parse(path, (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns))


@lru_cache(maxsize=4)
def _parse(path: Path, state: tuple[int, ...]) -> HouseSecrets:
    stored = json.loads(path.read_text(encoding="utf-8"))
    peppers = {int(number): base64.b64decode(text) for number, text in stored["peppers"].items()}
    return HouseSecrets(base64.b64decode(stored["server"]), peppers, stored["pin"], stored.get("next_pin", ""))


@lru_cache(maxsize=32)
def _derived(server: bytes, label: str) -> bytes:
    return derive(server, f"server/{label}")


def _write(path: Path, house: HouseSecrets, flag: int) -> None:
    text = json.dumps(
        {
            "server": base64.b64encode(house.server).decode(),
            "peppers": {number: base64.b64encode(pepper).decode() for number, pepper in house.peppers.items()},
            "pin": house.pin,
            **({"next_pin": house.next_pin} if house.next_pin else {}),
        }
    )
    path = Path(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if flag == os.O_EXCL:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return
    # A torn file would lose the pepper: write beside it, then move into place.
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    # Slots move to a new pepper at once: the file that holds it must outlive a loss of power too.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
