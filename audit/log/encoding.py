"""The bytes of an entry: one canonical, versioned form that its columns can be written in, and that is hashed.

No column says a thing twice, and none is left out, so the bytes need not be stored beside them; the database writes them
when the entry gets its place (`bodies.py`), and the verifier once more in Python (`rows.py`), held to each other by tests.

Form 1: the version byte, then the fields of `FORM_1` in that order. Text is its length in two bytes and UTF-8; a list
of texts is their number in two bytes and each of them; an integer is eight bytes, signed, big-endian; a moment is an
integer of microseconds since 1970 in UTC; a UUID is its 16 bytes; what may be missing starts with 0 or 1. No floats,
no padding, nothing after the last field.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.log.identifier import from_microseconds, microseconds


class Malformed(ValueError):
    """These bytes are not the canonical body of an entry, or these values cannot become one."""


class _Source:
    """Bytes read from front to back; asking for more than there is is an error."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def take(self, length: int) -> bytes:
        part = self.content[self.place : self.place + length]
        if len(part) != length:
            raise Malformed("the body ends too early")
        self.place += length
        return part


@dataclass(frozen=True)
class _Kind:
    write: Callable[[Any], bytes]
    read: Callable[[_Source], Any]


def _write_bytes(value: bytes) -> bytes:
    if len(value) > 0xFFFF:
        raise Malformed("a field holds more than 65 535 bytes")
    return len(value).to_bytes(2, "big") + value


def _read_bytes(source: _Source) -> bytes:
    return source.take(int.from_bytes(source.take(2), "big"))


def _write_text(value: str) -> bytes:
    if not isinstance(value, str):
        raise Malformed("a text is something else")
    if "\0" in value:
        raise Malformed("PostgreSQL keeps no NUL in text")
    try:
        return _write_bytes(value.encode())
    except UnicodeEncodeError:
        raise Malformed("a text is not Unicode") from None


def _read_text(source: _Source) -> str:
    try:
        text = _read_bytes(source).decode()
    except UnicodeDecodeError:
        raise Malformed("a text is not UTF-8") from None
    if "\0" in text:
        raise Malformed("a text holds NUL")
    return text


def _write_texts(values: Sequence[str]) -> bytes:
    if not isinstance(values, (list, tuple)):
        raise Malformed("a list is something else")
    if len(values) > 0xFFFF:
        raise Malformed("a list holds more than 65 535 texts")
    return len(values).to_bytes(2, "big") + b"".join(map(_write_text, values))


def _read_texts(source: _Source) -> list[str]:
    return [_read_text(source) for _ in range(int.from_bytes(source.take(2), "big"))]


def _write_integer(value: int) -> bytes:
    try:
        return value.to_bytes(8, "big", signed=True)
    except OverflowError:
        raise Malformed("an integer needs more than eight bytes") from None


def _read_integer(source: _Source) -> int:
    return int.from_bytes(source.take(8), "big", signed=True)


def _write_moment(value: datetime) -> bytes:
    if value.tzinfo is None:
        raise Malformed("a moment has no time zone")
    return _write_integer(microseconds(value))


def _read_moment(source: _Source) -> datetime:
    try:
        return from_microseconds(_read_integer(source))
    except OverflowError:
        raise Malformed("a moment lies outside the calendar") from None


def _optional(kind: _Kind) -> _Kind:
    def write(value: Any) -> bytes:
        return b"\0" if value is None else b"\1" + kind.write(value)

    def read(source: _Source) -> Any:
        mark = source.take(1)
        if mark not in {b"\0", b"\1"}:
            raise Malformed("the mark of a field that may be missing is neither 0 nor 1")
        return kind.read(source) if mark == b"\1" else None

    return _Kind(write, read)


_BYTES = _Kind(_write_bytes, _read_bytes)
_TEXT = _Kind(_write_text, _read_text)
_TEXTS = _Kind(_write_texts, _read_texts)
_INTEGER = _Kind(_write_integer, _read_integer)
_MOMENT = _Kind(_write_moment, _read_moment)
_UUID = _Kind(lambda value: value.bytes, lambda source: UUID(bytes=source.take(16)))

FORM_1: dict[str, _Kind] = {
    "id": _UUID,
    "at": _MOMENT,
    "session": _UUID,
    "counter": _INTEGER,
    "request": _UUID,
    "actor_id": _TEXT,
    "actor_role": _TEXT,
    "actor_organisation": _TEXT,
    "action": _TEXT,
    "subject_type": _TEXT,
    "reference": _TEXT,
    "shown": _optional(_TEXTS),
    "subject": _optional(_UUID),
    "relation": _TEXT,
    "purpose": _TEXT,
    "outcome": _TEXT,
    "detail_commitment": _optional(_BYTES),
}
# A form once used stays readable for ever; a new one gets the next number.
FORMS = {1: FORM_1}


# What only the database knows when it writes.
SET_BY_DATABASE = ("id", "at", "session", "counter")


def encode(fields: Mapping[str, Any]) -> bytes:
    """Write an entry's fields (exactly those of the newest form) as its body; raises `Malformed`."""
    if fields.keys() != FORM_1.keys():
        raise Malformed("these are not the fields of an entry")
    return b"\1" + b"".join(kind.write(fields[name]) for name, kind in FORM_1.items())


def encode_part(name: str, value: Any) -> bytes:
    """Write one field as it stands in a body of the newest form; raises `Malformed`."""
    return FORM_1[name].write(value)


def decode(body: bytes) -> dict[str, Any]:
    """Read a body of any known form back into its fields; raises `Malformed` unless it is canonical to the byte."""
    source = _Source(body)
    form = FORMS.get(source.take(1)[0])
    if form is None:
        raise Malformed("the body has an unknown version")
    fields = {name: kind.read(source) for name, kind in form.items()}
    if source.place != len(body):
        raise Malformed("the body goes on after its last field")
    return fields


def leaf(body: bytes) -> bytes:
    """Hash a body as a leaf of a Merkle tree: SHA-256 of a zero byte and the body (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\0" + body).digest()
