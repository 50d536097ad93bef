"""The sealed column: a field whose value says "sealed" everywhere, and opens only with an owner's key.

A descriptor sees the row, `from_db_value` does not; so reading and writing go through the keys that an unlocked
vault gives (`cellule.vault.unlocked`), which call `open` and `seal` here with the row in hand.
"""

import uuid
from functools import cache
from typing import Any, Self

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import IsNull

from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen, VaultError, length_prefixed, open_record, seal_record


class SealedMisuse(VaultError, FieldError):
    """Code tried to use a sealed column like a clear one."""


class Sealed(str):
    """What a sealed column shows to everybody: the word "sealed". The sealed bytes stay inside."""

    __slots__ = ("_record", "_row")

    def __new__(cls, record: bytes | None = None, row: uuid.UUID | None = None) -> Self:
        self = super().__new__(cls, "sealed")
        self._record = record
        self._row = row
        return self

    def __repr__(self) -> str:
        return "<sealed>"

    def __reduce__(self) -> tuple[type, tuple]:
        return Sealed, ()


class _Prepared:
    """Sealed bytes that passed the row check on their way into the database."""

    __slots__ = ("record",)

    def __init__(self, record: bytes) -> None:
        self.record = record


class SealedDocument(models.Field):
    """One sealed JSON document per row and compartment.

    `contract`: frozen id, part of what the seal is bound to. `document`: the dataclass of its content.
    `owner`: name of the attribute that holds the owner's UUID. `schema`: number of the document's shape.
    """

    description = "sealed document"
    empty_strings_allowed = False

    def __init__(
        self,
        contract: str = "",
        *,
        document: type | None = None,
        compartment: Compartment | str = "",
        owner: str = "pk",
        schema: int = 1,
        **kwargs: Any,
    ) -> None:
        self.contract, self.document, self.schema, self.owner = contract, document, schema, owner
        self.compartment = Compartment(compartment) if compartment else None
        self._prefix = length_prefixed(contract.encode())
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def get_internal_type(self) -> str:
        return "BinaryField"

    # --- Content -----------------------------------------------------------------------------------

    def context(self, row: models.Model) -> bytes:
        """What the seal is bound to besides the key: contract, row, owner."""
        cells = row.__dict__
        key = cells[self.model._meta.pk.attname].bytes
        if self.owner == "pk":
            return self._prefix + key + key
        # A foreign key's own attribute is slower than its cell, which is missing only where it was deferred.
        return self._prefix + key + (cells.get(self.owner) or getattr(row, self.owner)).bytes

    def seal(self, row: models.Model, document: Any, key: AESGCM, key_version: int) -> None:
        """Seal a document into the row's column (not saved)."""
        content = orjson.dumps([self.schema, document])
        record = seal_record(key, key_version, self.context(row), content)
        row.__dict__[self.attname] = Sealed(record, row.pk)

    def open(self, row: models.Model, key: AESGCM) -> Any:
        """Give the row's document. Raises CannotOpen when altered or moved, None when the column is empty."""
        sealed = row.__dict__[self.attname]
        return None if sealed is None else self.open_record(row, key, record_of(sealed))

    def open_record(self, row: models.Model, key: AESGCM, record: bytes) -> Any:
        """Give the document inside a record that was read from this row: the context makes any other row's fail."""
        schema, content = orjson.loads(open_record(key, self.context(row), record))
        if schema != self.schema:
            content = self.document.raised(schema, content)
        return self.document(**content)

    # --- Opaque to everything else -----------------------------------------------------------------

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        if value is None:
            return None
        # Past `Sealed.__new__`: lists read many of these, and which row it is from `SealedModel.from_db` knows.
        sealed = str.__new__(Sealed, "sealed")
        sealed._record, sealed._row = value, None
        return sealed

    def pre_save(self, model_instance: models.Model, add: bool) -> _Prepared | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise SealedMisuse(f"{self.name} takes what the vault sealed, nothing else")
        if value._row != model_instance.pk:
            raise SealedMisuse(f"{self.name} was sealed for another row")
        return _Prepared(record_of(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, _Prepared):
            raise SealedMisuse(f"{self.name} cannot be written past its row")
        return connection.Database.Binary(value.record)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return _SealedIsNull
        raise SealedMisuse(f"{self.name} is sealed: no lookup can see into it")

    def get_transform(self, lookup_name: str) -> None:
        raise SealedMisuse(f"{self.name} is sealed: no lookup can see into it")

    def get_col(self, alias: str, output_field: models.Field | None = None) -> "_SealedCol":
        return _SealedCol(alias, self, output_field if isinstance(output_field, SealedDocument) else self)

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        return sql.removeprefix(_REFUSED + "(").removesuffix(")"), params

    def value_to_string(self, obj: models.Model) -> str:
        return "sealed"

    def formfield(self, **kwargs: Any) -> None:
        return None


class SealedModel(models.Model):
    """A model with sealed columns: each value remembers the row it was read from."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str, field_names: Any, values: Any, *, fetch_mode: Any = None) -> "SealedModel":
        row = super().from_db(db, field_names, values, fetch_mode=fetch_mode)
        cells = row.__dict__
        key, columns = _cells(cls)
        for column in columns:
            if (value := cells.get(column)) is not None:
                value._row = cells[key]
        return row


@cache
def _cells(model: type[models.Model]) -> tuple[str, list[str]]:
    """Where a row of this model keeps its key and its sealed values."""
    sealed = [field.attname for field in model._meta.concrete_fields if isinstance(field, SealedDocument)]
    return model._meta.pk.attname, sealed


def record_of(sealed: Any) -> bytes:
    """The sealed bytes inside an opaque value. Raises CannotOpen for a copy that carries none."""
    record = getattr(sealed, "_record", None)
    if record is None:
        raise CannotOpen
    return record


_REFUSED = "sealed_columns_cannot_be_computed_with"


class _SealedCol(models.expressions.Col):
    """A sealed column compiles to a function that does not exist, save where it is plainly selected."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, params = super().as_sql(compiler, connection)
        return f"{_REFUSED}({sql})", params


class _SealedIsNull(IsNull):
    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> tuple[str, Any]:
        sql, params = super().process_lhs(compiler, connection, lhs)
        return sql.removeprefix(_REFUSED + "(").removesuffix(")"), params
