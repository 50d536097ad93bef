"""What a checkpoint states (C2SP tlog-checkpoint): the log, its size and root, and in extension lines its number,
its time, a clock that jumped, what a backup has lost, and the next key of the log."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from audit.log.identifier import from_microseconds, microseconds
from audit.log.note import NotSigned, SignerKey, VerifierKey, open_note, sign, text_of

_TEXT = re.compile(
    r"(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"number (?P<number>[1-9][0-9]{0,18})\nmicroseconds (?P<at>[1-9][0-9]{0,18})\n"
    r"(?:clock (?P<clock>[+-][0-9]{1,19})\n)?"
    r"(?:restart (?P<lost>[1-9][0-9]{0,18} (?:0|[1-9][0-9]{0,18}) [A-Za-z0-9+/]{43}=)\n)?"
    r"(?:key (?P<key>[^\n]+)\nnext-key (?P<next_key>[^\n]+)\n)?"
)


@dataclass(frozen=True)
class Lost:
    """The last checkpoint of a log that a witness holds, from which a backup that was put back has fallen behind."""

    number: int
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.number} {self.size} {base64.b64encode(self.root).decode()}"

    @classmethod
    def parse(cls, words: str) -> Self:
        number, size, root = words.split(" ")
        return cls(int(number), int(size), base64.b64decode(root, validate=True))

    @property
    def commitment(self) -> bytes:
        """What the first entry of the log's new name commits itself to (32 bytes)."""
        return hashlib.sha256(str(self).encode()).digest()


@dataclass(frozen=True)
class Statement:
    """One checkpoint in clear. `clock`: by how many microseconds the clock jumped since the one before (0: it did not).

    `key` and `next_key` stand in the last checkpoint of a key only, which both sign. `lost` stands in the first checkpoint
    of a log that was begun anew under another name (then `key` is the old name's).
    """

    origin: str
    size: int
    root: bytes
    number: int
    at: datetime
    clock: int = 0
    lost: Lost | None = None
    key: str = ""
    next_key: str = ""

    def text(self) -> str:
        """Write it as the text of a note."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), f"number {self.number}"]
        lines.append(f"microseconds {microseconds(self.at)}")
        if self.clock:
            lines.append(f"clock {self.clock:+d}")
        if self.lost:
            lines.append(f"restart {self.lost}")
        if self.next_key:
            lines += [f"key {self.key}", f"next-key {self.next_key}"]
        return "\n".join(lines) + "\n"

    def signed(self, *signers: SignerKey) -> str:
        """Make the note."""
        return sign(self.text(), *signers)

    @classmethod
    def parse(cls, note: str) -> Self:
        """Read a note's statement, whoever signed it; NotSigned when it is not written as `text` writes."""
        text = text_of(note)
        found = _TEXT.fullmatch(text)
        try:
            if found is None:
                raise NotSigned("this is not a checkpoint of this log")
            read = cls(
                found["origin"],
                int(found["size"]),
                base64.b64decode(found["root"], validate=True),
                int(found["number"]),
                from_microseconds(int(found["at"])),
                int(found["clock"] or 0),
                Lost.parse(found["lost"]) if found["lost"] else None,
                found["key"] or "",
                found["next_key"] or "",
            )
        except (binascii.Error, OverflowError):
            raise NotSigned("this is not a checkpoint of this log") from None
        if read.text() != text:
            raise NotSigned("this is not a checkpoint of this log")
        return read

    def key_after(self, note: str, key: VerifierKey) -> VerifierKey:
        """Check the signatures of the note this was read from; give the key that signs the next one.

        NotSigned when `key` has not signed, or when the next key is named but has not signed too.
        """
        open_note(note, key)
        # A log that was begun anew has another name, for which the old key vouches.
        if (self.origin != key.name) != (self.lost is not None):
            raise NotSigned("this is a checkpoint of another log")
        if not self.next_key:
            if self.lost:
                raise NotSigned("the log's new name has no key")
            return key
        following = VerifierKey.parse(self.next_key)
        if self.key != str(key) or following.name != self.origin:
            raise NotSigned("the change of keys names other keys")
        open_note(note, following)
        return following
