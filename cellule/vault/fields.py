"""The sealed column: a field whose value says "sealed" everywhere, and opens only with an owner's key.

A descriptor sees the row, `from_db_value` does not; so reading and writing go through the keys that an unlocked
vault gives (`cellule.vault.unlocked`), which call `open` and `seal` here with the row in hand.
"""

import uuid
from functools import cached_property
from typing import Any, Self

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import IsNull
from django.db.models.query_utils import DeferredAttribute

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


class _Cell(DeferredAttribute):
    """The attribute of a sealed column: the bytes stay in the row, and whoever looks sees the word."""

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        if instance is None:
            return self
        value = instance.__dict__.get(self.field.attname, self)
        if value is self:
            value = super().__get__(instance, cls)
        return Sealed(value, instance.pk) if type(value) is bytes else value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class _Unchanged(models.Expression):
    """In an UPDATE: what the row holds already."""

    def __init__(self, field: models.Field) -> None:
        super().__init__(output_field=field)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list]:
        return connection.ops.quote_name(self.output_field.column), []


class SealedDocument(models.Field):
    """One sealed JSON document per row and compartment.

    `contract`: frozen id, part of what the seal is bound to. `document`: the dataclass of its content.
    `owner`: name of the attribute that holds the owner's UUID. `schema`: number of the document's shape.
    """

    description = "sealed document"
    empty_strings_allowed = False
    descriptor_class = _Cell

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
        # The plain text of the code: members of an enumeration are slow keys.
        self.compartment = Compartment(compartment).value if compartment else ""
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
        return self._prefix + row.pk.bytes + getattr(row, self.owner).bytes

    def seal(self, row: models.Model, document: Any, key: AESGCM, key_version: int) -> None:
        """Seal a document into the row's column (not saved)."""
        record = seal_record(key, key_version, self.context(row), orjson.dumps([self.schema, document]))
        row.__dict__[self.attname] = Sealed(record, row.pk)

    def open_record(self, row: models.Model, owner: bytes, key: AESGCM, record: bytes) -> Any:
        """Give the document inside a record that was read from this row: the context makes any other row's fail.

        `owner`: the id, as bytes, of the owner whose key it is; a row of another owner was sealed for that one.
        """
        context = self._prefix + row.__dict__[self._key].bytes + owner
        schema, content = orjson.loads(open_record(key, context, record))
        if schema != self.schema:
            content = self.document.raised(schema, content)
        return self.document(**content)

    @cached_property
    def _key(self) -> str:
        return self.model._meta.pk.attname

    # --- Opaque to everything else -----------------------------------------------------------------

    def pre_save(self, model_instance: models.Model, add: bool) -> "_Prepared | _Unchanged | None":
        value = model_instance.__dict__.get(self.attname)
        if value is None:
            return None
        if type(value) is bytes:
            # Read from some row and left alone: it may stay in its row, whichever that is, and go into no other.
            if add:
                raise SealedMisuse(f"{self.name} was copied from another row")
            return _Unchanged(self)
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
        return _SealedCol(alias, self)

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        return sql.removeprefix(_REFUSED + "(").removesuffix(")"), params

    def value_to_string(self, obj: models.Model) -> str:
        return "sealed"

    def formfield(self, **kwargs: Any) -> None:
        return None


class SealedModel(models.Model):
    """The base of models with sealed columns: a row that is pickled or deeply copied carries no record."""

    class Meta:
        abstract = True

    def __copy__(self) -> Self:
        made = type(self).__new__(type(self))
        made.__dict__.update(super().__getstate__())
        return made

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        for field in self._meta.concrete_fields:
            if isinstance(field, SealedDocument) and state.get(field.attname) is not None:
                state[field.attname] = Sealed()
        return state


def record_of(sealed: Any) -> bytes:
    """The sealed bytes inside an opaque value. Raises CannotOpen for a copy that carries none."""
    record = getattr(sealed, "_record", None)
    if record is None:
        raise CannotOpen
    return record


def _opaque(value: Any, expression: Any, connection: Any) -> Sealed | None:
    return None if value is None else Sealed(value)


_REFUSED = "sealed_columns_cannot_be_computed_with"


class _SealedCol(models.expressions.Col):
    """A sealed column compiles to a function that does not exist, save where it is plainly selected."""

    is_named = False

    def get_db_converters(self, connection: Any) -> list:
        """`values()` and the like get the word; rows of the model keep the bytes behind `_Cell`, at no cost."""
        return [_opaque] if self.is_named else []

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        query = compiler.query
        # A cell of a row of its model, unless somebody asked for the column by its name.
        self.is_named = bool(query.values_select) or any(each is self for each in query.annotation_select.values())
        sql, params = super().as_sql(compiler, connection)
        return f"{_REFUSED}({sql})", params


class _SealedIsNull(IsNull):
    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> tuple[str, Any]:
        sql, params = super().process_lhs(compiler, connection, lhs)
        return sql.removeprefix(_REFUSED + "(").removesuffix(")"), params
