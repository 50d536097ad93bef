"""Signed notes (C2SP signed-note) and cosignatures (C2SP tlog-cosignature): a text, and who vouches for it."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_SIGNER, _COSIGNER = 1, 4
_DASH = "— "


class NotSigned(ValueError):
    """A note is malformed, or nobody whose key is known has signed it."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key under a name, as it is pinned: `name+key id+key`; `kind` is 1 for a log, 4 for a witness."""

    name: str
    public: bytes
    kind: int = _SIGNER

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a pinned key; NotSigned when it is not one."""
        try:
            name, key_id, key = text.strip().split("+", 2)
            raw = base64.b64decode(key, validate=True)
        except ValueError:
            raise NotSigned("this is not a verifier key") from None
        if len(raw) != 33 or raw[0] not in {_SIGNER, _COSIGNER} or not _is_name(name):
            raise NotSigned("this is not a verifier key")
        found = cls(name, raw[1:], raw[0])
        if found.key_id.hex() != key_id:
            raise NotSigned("the id is not that of the key")
        return found


@dataclass(frozen=True)
class SignerKey:
    """A private key (32 bytes) under a name."""

    name: str
    private: bytes
    kind: int = _SIGNER

    @classmethod
    def make(cls, name: str, *, witness: bool = False) -> Self:
        """Draw a new key for a log, or for a witness; NotSigned when the name cannot stand in a note."""
        if not _is_name(name):
            raise NotSigned("a name holds neither spaces nor a plus sign")
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw(), _COSIGNER if witness else _SIGNER)

    @property
    def verifier(self) -> VerifierKey:
        public = Ed25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()
        return VerifierKey(self.name, public, self.kind)

    def signature(self, text: str) -> str:
        """Sign a text as its author: the signature line, with its end."""
        return _line(self.verifier, Ed25519PrivateKey.from_private_bytes(self.private).sign(text.encode()))

    def cosignature(self, text: str, seconds: int) -> str:
        """Vouch for a checkpoint at a moment (seconds since 1970): the signature line, with its end."""
        signed = Ed25519PrivateKey.from_private_bytes(self.private).sign(_cosigned(text, seconds))
        return _line(self.verifier, seconds.to_bytes(8, "big") + signed)


def sign(text: str, *signers: SignerKey) -> str:
    """Make the note of a text (which ends with a newline), signed by each."""
    if not text.endswith("\n") or "\n\n" in f"\n{text}":
        raise NotSigned("the text of a note has no empty line and ends with a newline")
    return text + "\n" + "".join(signer.signature(text) for signer in signers)


def text_of(note: str) -> str:
    """Give the signed text of a note, whoever signed it; NotSigned when it is malformed."""
    return _parts(note)[0]


def open_note(note: str, *keys: VerifierKey) -> str:
    """Give the text of a note that every one of these keys has signed; NotSigned otherwise."""
    text, lines = _parts(note)
    for key in keys:
        if not any(_is_by(key, text, name, blob) for name, blob in lines):
            raise NotSigned(f"{key.name} ({key.key_id.hex()}) has not signed this")
    return text


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    # A signature block is what follows the last empty line.
    head, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n") or any(ord(character) < 32 for character in note.replace("\n", "")):
        raise NotSigned("this is not a signed note")
    lines = []
    for line in tail[:-1].split("\n"):
        name, space, text = line.removeprefix(_DASH).partition(" ")
        try:
            blob = _from_base64(text)
        except binascii.Error:
            blob = b""
        if not line.startswith(_DASH) or not space or not _is_name(name) or len(blob) < 5:
            raise NotSigned("a signature line is malformed")
        lines.append((name, blob))
    return head + "\n", lines


def _is_by(key: VerifierKey, text: str, name: str, blob: bytes) -> bool:
    if name != key.name or blob[:4] != key.key_id:
        return False
    message, signature = text.encode(), blob[4:]
    if key.kind == _COSIGNER:
        message, signature = _cosigned(text, int.from_bytes(blob[4:12], "big")), blob[12:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature:
        raise NotSigned(f"the signature of {name} is wrong") from None
    return True


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _line(key: VerifierKey, signature: bytes) -> str:
    return f"{_DASH}{key.name} {base64.b64encode(key.key_id + signature).decode()}\n"


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)


def _from_base64(text: str) -> bytes:
    """Bits that no byte uses are zero (RFC 4648, 3.5): another letter for the same bytes is a changed note, too."""
    found = base64.b64decode(text, validate=True)
    if base64.b64encode(found).decode() != text:
        raise binascii.Error("these bytes are written in another way")
    return found
