"""Formats of what is sealed: records, wraps, derivation labels. Pure functions, no database.

Record: version(1) suite(1) key_version(4) nonce(12) ciphertext tag(16); suite 1 = AES-256-GCM.
Wrap:   version(1) suite(1) epoch(4) payload; suite 1 = AES-256-GCM, suite 2 = HPKE (RFC 9180) with
ML-KEM-768 + X25519, HKDF-SHA256, AES-256-GCM. Anything unknown is a hard error.
"""

import os
import struct
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT_VERSION = 1
SUITE_AES = 1
SUITE_HPKE = 2
HPKE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

_header = struct.Struct(">BBI")
_AES_RECORD = bytes((FORMAT_VERSION, SUITE_AES))
_NONCE = 12
_AES_START = _header.size + _NONCE
_SMALL_BLOCK, _LARGE_BLOCK, _LARGE_FROM = 64, 256, 1024


class VaultError(Exception):
    """Something sealed stays sealed; never shown in detail to the person."""


class CannotOpen(VaultError):
    """Wrong key, or the sealed bytes were altered or moved to another row, owner or purpose."""


class UnknownFormat(VaultError):
    """A version or suite that this release does not know."""


def derive(root: bytes, label: str, length: int = 32) -> bytes:
    """Derive `length` bytes from a root for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(hashes.SHA256(), length, None, b"cellule/1/" + label.encode()).derive(root)


def length_prefixed(*parts: bytes) -> bytes:
    """Join parts so that no two different lists of parts give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


@lru_cache(maxsize=256)
def record_header(key_version: int) -> bytes:
    return _header.pack(FORMAT_VERSION, SUITE_AES, key_version)


def seal_record(key: AESGCM, key_version: int, context: bytes, document: bytes) -> bytes:
    """Seal a document under one key version, bound to its context (contract, row, owner)."""
    header = record_header(key_version)
    nonce = os.urandom(_NONCE)
    return header + nonce + key.encrypt(nonce, pad(document), header + context)


def open_record(key: AESGCM, context: bytes, sealed: bytes) -> bytes:
    """Open a sealed record; gives the padded document. Raises CannotOpen, UnknownFormat."""
    header = sealed[:6]
    if not header.startswith(_AES_RECORD):
        raise UnknownFormat
    try:
        return key.decrypt(sealed[6:18], sealed[18:], header + context)
    except InvalidTag:
        raise CannotOpen from None


def record_key_version(sealed: bytes) -> int:
    """Tell under which version of the owner's key a record was sealed."""
    return _key_version(sealed[: _header.size])


@lru_cache(maxsize=256)
def _key_version(header: bytes) -> int:
    version, suite, key_version = _header.unpack(header)
    if (version, suite) != (FORMAT_VERSION, SUITE_AES):
        raise UnknownFormat
    return key_version


def pad(document: bytes) -> bytes:
    """Fill a JSON document with spaces so that its length tells little."""
    size = len(document)
    block = _SMALL_BLOCK if size <= _LARGE_FROM else _LARGE_BLOCK
    return document.ljust(-(-size // block) * block)


def wrap(wrapping: AESGCM, epoch: int, key: bytes, binding: bytes) -> bytes:
    """Wrap a key under a symmetric wrapping key, bound to who holds it and what it opens."""
    header = _header.pack(FORMAT_VERSION, SUITE_AES, epoch)
    nonce = os.urandom(_NONCE)
    return header + nonce + wrapping.encrypt(nonce, key, header + binding)


def unwrap(wrapping: AESGCM, wrapped: bytes, binding: bytes) -> bytes:
    """Open a wrap made by `wrap`. Raises CannotOpen, UnknownFormat."""
    _expect(wrapped, SUITE_AES)
    try:
        return wrapping.decrypt(
            wrapped[_header.size : _AES_START], wrapped[_AES_START:], wrapped[: _header.size] + binding
        )
    except InvalidTag:
        raise CannotOpen from None


def wrap_to(public_key: Any, epoch: int, key: bytes, binding: bytes) -> bytes:
    """Wrap a key to a public key (HPKE); proves no sender."""
    header = _header.pack(FORMAT_VERSION, SUITE_HPKE, epoch)
    return header + HPKE.encrypt(key, public_key, info=header + binding)


def unwrap_from(private_key: Any, wrapped: bytes, binding: bytes) -> bytes:
    """Open a wrap made by `wrap_to`. Raises CannotOpen, UnknownFormat."""
    _expect(wrapped, SUITE_HPKE)
    try:
        return HPKE.decrypt(wrapped[_header.size :], private_key, info=wrapped[: _header.size] + binding)
    except (InvalidTag, ValueError):
        raise CannotOpen from None


def wrap_suite(wrapped: bytes) -> int:
    return _header.unpack_from(wrapped)[1]


def wrap_epoch(wrapped: bytes) -> int:
    return _header.unpack_from(wrapped)[2]


def _expect(wrapped: bytes, suite: int) -> None:
    if len(wrapped) < _header.size or wrapped[0] != FORMAT_VERSION or wrapped[1] != suite:
        raise UnknownFormat
