"""The rows of owner keys: how they are found, and what each wrap is bound to."""

import uuid
from collections.abc import Sequence
from itertools import starmap
from typing import NamedTuple, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from cellule.vault.models import OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import length_prefixed, unwrap, wrap

# Asked in every request that opens something: written out, because composing it takes longer than running it.
_OWNER_KEYS = """
SELECT k.owner, k.compartment, k.version, k.holder, k.epoch, k.wrap, s.log_reference
FROM keys.vault_ownerkey k LEFT JOIN keys.vault_subjectrow s ON s.owner = k.owner
WHERE k.owner = ANY(%s) AND k.compartment = ANY(%s)
ORDER BY k.version
"""


class Owner(Protocol):
    """What content belongs to: `pk`, the `key_holder` (a group, or a person's id), and what the log shows of it."""

    pk: uuid.UUID
    key_holder: uuid.UUID
    reference: str


class WrappedKey(NamedTuple):
    """A row of `OwnerKey` with the owner's log reference; lists read many of them."""

    owner: uuid.UUID
    compartment: str
    version: int
    holder: uuid.UUID
    epoch: int
    wrap: bytes
    subject: uuid.UUID | None


def owner_keys(owners: Sequence[Owner], compartments: Sequence[Compartment]) -> list[WrappedKey]:
    """The wrapped keys of owners, oldest version first, with each owner's log reference, in one query; opens none."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNER_KEYS, [[owner.pk for owner in owners], [str(each) for each in compartments]])
        return list(starmap(WrappedKey, cursor.fetchall()))


# What is longer than a key says beside it, sealed with it, what the key is for.
_KEY = 32


def wrapped_key(
    key: bytes,
    wrapping: AESGCM,
    *,
    owner: uuid.UUID,
    compartment: str,
    version: int,
    holder: uuid.UUID,
    epoch: int,
) -> OwnerKey:
    """Make the row of an owner key (32 bytes, and what is to be known of it) under its holder's wrapping key of one
    epoch (not saved)."""
    row = OwnerKey(owner=owner, compartment=compartment, version=version, holder=holder, epoch=epoch)
    row.wrap = wrap(wrapping, epoch, key, binding_of(row))
    return row


def unwrapped_key(row: OwnerKey | WrappedKey, wrapping: AESGCM) -> bytes:
    """Open the key in a row. Raises CannotOpen, UnknownFormat."""
    return told_key(row, wrapping)[0]


def told_key(row: OwnerKey | WrappedKey, wrapping: AESGCM) -> tuple[bytes, bytes]:
    """Open the key in a row, and what is sealed beside it. Raises CannotOpen, UnknownFormat."""
    opened = unwrap(wrapping, bytes(row.wrap), binding_of(row))
    return opened[:_KEY], opened[_KEY:]


def binding_of(row: OwnerKey | WrappedKey) -> bytes:
    """What a wrap of this row's key is bound to: who holds it in which epoch, and what it opens."""
    return length_prefixed(
        b"owner key",
        row.holder.bytes,
        str(row.epoch).encode(),
        row.owner.bytes,
        row.compartment.encode(),
        str(row.version).encode(),
    )
