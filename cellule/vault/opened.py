"""Keys of one owner in one request: for reading, after the entry that says so, and for writing."""

import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from cellule.vault.fields import SealedDocument, record_of
from cellule.vault.identities import OpenKeys
from cellule.vault.sealing import CannotOpen


@dataclass(frozen=True, repr=False)
class OpenedOwner(OpenKeys):
    """Keys of one owner: reads the sealed columns of its rows."""

    owner: uuid.UUID
    # By compartment and the header of the records that they open.
    keys: dict[tuple[str, bytes], AESGCM]

    @cached_property
    def bound_to(self) -> bytes:
        return self.owner.bytes

    def read(self, row: models.Model, column: str) -> Any:
        """Open one sealed column of a row. Raises CannotOpen, never shown to the person."""
        field = row._meta.get_field(column)
        record = row.__dict__.get(field.attname)
        if type(record) is not bytes:
            # Not read from the database in this form: deferred, just sealed, empty.
            sealed = getattr(row, column)
            if sealed is None:
                return None
            record = record_of(sealed)
        key = self.keys.get((field.compartment, record[:6]))
        if key is None:
            raise CannotOpen
        return field.open_record(row, self.bound_to, key, record)


@dataclass(frozen=True, repr=False)
class Sealer(OpenKeys):
    """The newest key of each compartment of one owner: seals columns of its rows."""

    owner: uuid.UUID
    keys: dict[str, tuple[int, AESGCM]]
    # The owner's log reference, None for an owner that is just being made.
    subject: uuid.UUID | None = None

    def write(self, row: models.Model, column: str, document: Any) -> None:
        """Seal a document into a column of the row, or empty the column with None (not saved)."""
        field: SealedDocument = row._meta.get_field(column)
        if document is None:
            setattr(row, field.attname, None)
            return
        version, key = self.keys[field.compartment]
        field.seal(row, document, key, version)
