"""What a checkpoint states (C2SP tlog-checkpoint): the log, its size and root, and in extension lines its number,
its time, a clock that jumped, and the next key of the log."""

import base64
import binascii
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
    r"(?:key (?P<key>[^\n]+)\nnext-key (?P<next_key>[^\n]+)\n)?"
)


@dataclass(frozen=True)
class Statement:
    """One checkpoint in clear. `clock`: by how many microseconds the clock jumped since the one before (0: it did not).

    `key` and `next_key` stand in the last checkpoint of a key only, which both sign.
    """

    origin: str
    size: int
    root: bytes
    number: int
    at: datetime
    clock: int = 0
    key: str = ""
    next_key: str = ""

    def text(self) -> str:
        """Write it as the text of a note."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), f"number {self.number}"]
        lines.append(f"microseconds {microseconds(self.at)}")
        if self.clock:
            lines.append(f"clock {self.clock:+d}")
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
        if self.origin != key.name:
            raise NotSigned("this is a checkpoint of another log")
        if not self.next_key:
            return key
        following = VerifierKey.parse(self.next_key)
        if self.key != str(key) or following.name != key.name:
            raise NotSigned("the change of keys names other keys")
        open_note(note, following)
        return following
