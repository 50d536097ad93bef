"""Roots and what is derived from them: a person's, the house's, a group's."""

import hashlib
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn, SupportsIndex

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from cellule.vault.sealing import UnknownFormat, VaultError, derive

# The house holds keys like a person does; this id stands for it wherever a holder is named.
HOUSE = uuid.UUID("00000000-0000-4000-8000-000000000001")

_ED25519, _MLKEM, _X25519 = 32, 1184, 32


@dataclass(frozen=True)
class PublicIdentity:
    """Public keys of a holder: `signing` Ed25519 (32 bytes), `box` ML-KEM-768 ‖ X25519 (1 216 bytes)."""

    signing: bytes
    box: bytes

    @classmethod
    def decode(cls, encoded: bytes) -> "PublicIdentity":
        if len(encoded) != 1 + _ED25519 + _MLKEM + _X25519 or encoded[0] != 1:
            raise UnknownFormat
        return cls(encoded[1 : 1 + _ED25519], encoded[1 + _ED25519 :])

    def encode(self) -> bytes:
        return b"\x01" + self.signing + self.box

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over both keys, as hex: what rosters pin."""
        return hashlib.sha256(b"cellule/1/identity\x00" + self.encode()).hexdigest()

    def verifies(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.signing).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @cached_property
    def box_key(self) -> MLKEM768X25519PublicKey:
        return decode_box(self.box)


class NeverWritten(VaultError):
    """Something tried to turn open keys into bytes: a queue, a cache, a session, a copy."""


class OpenKeys:
    """What holds open keys: it says so and no more, and refuses to be pickled or copied."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} sealed>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise NeverWritten


class Identity(OpenKeys):
    """What a person's or the house's root opens; lives in memory for one request."""

    def __init__(self, root: bytes, fingerprint: str = "") -> None:
        self.root, self._fingerprint = root, fingerprint

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the public keys, brought along by whoever opened the root: making the keys takes longer
        than a request's other work on keys together."""
        return self._fingerprint or self.public.fingerprint

    @cached_property
    def _signing(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(derive(self.root, "identity/ed25519"))

    @cached_property
    def box_key(self) -> MLKEM768X25519PrivateKey:
        return private_box(self.root, "identity")

    @cached_property
    def wrapping(self) -> AESGCM:
        return AESGCM(derive(self.root, "identity/wrapping"))

    @cached_property
    def public(self) -> PublicIdentity:
        return PublicIdentity(self._signing.public_key().public_bytes_raw(), public_box(self.root, "identity"))

    def sign(self, message: bytes) -> bytes:
        return self._signing.sign(message)


class GroupRoot(OpenKeys):
    """The root of a key group in one epoch: wrapping key, post box, commitment."""

    def __init__(self, group: uuid.UUID, epoch: int, root: bytes) -> None:
        self.group, self.epoch, self.root = group, epoch, root

    @cached_property
    def wrapping(self) -> AESGCM:
        return AESGCM(derive(self.root, "group/wrapping"))

    @cached_property
    def post_box(self) -> MLKEM768X25519PrivateKey:
        return private_box(self.root, "group")

    @cached_property
    def public_post_box(self) -> bytes:
        return public_box(self.root, "group")

    @cached_property
    def commitment(self) -> bytes:
        """What a roster says of this root, so that a planted one is refused."""
        return derive(self.root, f"group/commitment/{self.group}/{self.epoch}")


def private_box(root: bytes, label: str) -> MLKEM768X25519PrivateKey:
    return MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(derive(root, f"{label}/mlkem768", 64)),
        X25519PrivateKey.from_private_bytes(derive(root, f"{label}/x25519")),
    )


def public_box(root: bytes, label: str) -> bytes:
    return (
        MLKEM768PrivateKey.from_seed_bytes(derive(root, f"{label}/mlkem768", 64)).public_key().public_bytes_raw()
        + X25519PrivateKey.from_private_bytes(derive(root, f"{label}/x25519")).public_key().public_bytes_raw()
    )


def decode_box(encoded: bytes) -> MLKEM768X25519PublicKey:
    if len(encoded) != _MLKEM + _X25519:
        raise UnknownFormat
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(encoded[:_MLKEM]), X25519PublicKey.from_public_bytes(encoded[_MLKEM:])
    )
