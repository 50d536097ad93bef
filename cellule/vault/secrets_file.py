"""What the server itself keeps outside the database: its secret, the pepper, the house's pinned fingerprint."""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from cellule.vault.sealing import derive


class NotFounded(Exception):
    """No secrets file exists: `manage.py found` has not been run."""


@dataclass(frozen=True)
class HouseSecrets:
    """Server secret (32 bytes), peppers by number, pinned fingerprint of the house root ("" until sealed)."""

    server: bytes
    peppers: dict[int, bytes]
    pin: str

    @property
    def pepper_number(self) -> int:
        return max(self.peppers)


def make() -> HouseSecrets:
    """Write a new secrets file, readable by its owner only (FileExistsError when there is one)."""
    made = HouseSecrets(secrets.token_bytes(32), {1: secrets.token_bytes(32)}, "")
    _write(settings.SECRETS_FILE, made, os.O_EXCL)
    return made


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
    _write(settings.SECRETS_FILE, HouseSecrets(before.server, before.peppers, fingerprint), os.O_TRUNC)


def unpin() -> None:
    """Take the pin back when the founding that set it failed."""
    before = read()
    _write(settings.SECRETS_FILE, HouseSecrets(before.server, before.peppers, ""), os.O_TRUNC)


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
    return HouseSecrets(base64.b64decode(stored["server"]), peppers, stored["pin"])


@lru_cache(maxsize=32)
def _derived(server: bytes, label: str) -> bytes:
    return derive(server, f"server/{label}")


def _write(path: Path, house: HouseSecrets, flag: int) -> None:
    text = json.dumps(
        {
            "server": base64.b64encode(house.server).decode(),
            "peppers": {number: base64.b64encode(pepper).decode() for number, pepper in house.peppers.items()},
            "pin": house.pin,
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
