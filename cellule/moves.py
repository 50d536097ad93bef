"""The wall behind the steps: a trigger that lets a state change only as declared, and never without its log entry.

A constraint of the model, so that migrations carry it: a new step is seen by `makemigrations`, a forgotten one by
`makemigrations --check`. Refused with code 23514 and the constraint's name by any path: constructor, `update()`,
`bulk_update()`, raw SQL. Only the owner of the tables could switch it off.
"""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from audit.log.this_transaction import holds_entry

_SQL = """
CREATE FUNCTION public.{name}() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.{column} IS NULL OR NEW.{column} <> ALL (ARRAY[{starts}]::text[]) THEN
            RAISE EXCEPTION 'a record does not begin in this state'
                USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = '{name}';
        END IF;
    ELSIF NEW.{column} IS DISTINCT FROM OLD.{column}
        AND (NEW.{column} IS NULL OR OLD.{column} || '>' || NEW.{column} <> ALL (ARRAY[{moves}]::text[])) THEN
        RAISE EXCEPTION 'no declared step leads from this state to that one'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = '{name}';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.{name}_told() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT {told_of_start} THEN
            RAISE EXCEPTION 'a record begins with its log entry'
                USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = '{name}_told';
        END IF;
    ELSIF NOT {told_of_move} THEN
        RAISE EXCEPTION 'a move is recorded in its own transaction'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = '{name}_told';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION public.{name}(), public.{name}_told() FROM PUBLIC;
CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION public.{name}();
CREATE CONSTRAINT TRIGGER {name}_told_start AFTER INSERT ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.{name}_told();
CREATE CONSTRAINT TRIGGER {name}_told_move AFTER UPDATE ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.{column} IS DISTINCT FROM NEW.{column})
    EXECUTE FUNCTION public.{name}_told();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_told_start;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_told_move;
"""
_UNDO = """
DROP TRIGGER {name}_told_move ON {table};
DROP TRIGGER {name}_told_start ON {table};
DROP TRIGGER {name} ON {table};
DROP FUNCTION public.{name}_told();
DROP FUNCTION public.{name}();
"""


class Moves(models.BaseConstraint):
    """The declared moves of one state field.

    `starts`: states in which a row may be inserted; `moves`: texts "before>after"; `named_by`: an SQL expression over
    NEW for the reference under which the log tells of the row; `told_apart`: one for what tells rows apart that share
    such a reference, so that one entry covers the move of one row.
    """

    def __init__(
        self,
        *,
        name: str,
        field: str,
        starts: Sequence[str],
        moves: Sequence[str],
        named_by: str,
        told_apart: str = "",
    ) -> None:
        super().__init__(name=name)
        self.field, self.starts, self.moves = field, list(starts), list(moves)
        self.named_by, self.told_apart = named_by, told_apart

    def deconstruct(self) -> tuple[str, tuple, dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        told = {"field": self.field, "starts": self.starts, "moves": self.moves, "named_by": self.named_by}
        if self.told_apart:
            told["told_apart"] = self.told_apart
        return path, args, {**kwargs, **told}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moves) and self.deconstruct() == other.deconstruct()

    __hash__ = models.BaseConstraint.__hash__

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Nothing to ask in a form: no form has a state field."""

    def create_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        label, column = model._meta.label_lower, self._column(model)
        move = f"OLD.{column} || '>' || NEW.{column}"
        return _SQL.format(
            name=self.name,
            table=f"public.{model._meta.db_table}",
            column=column,
            starts=_literals(self.starts),
            moves=_literals(self.moves),
            told_of_start=holds_entry(subject_type=label, reference=self.named_by),
            told_of_move=holds_entry(
                subject_type=label,
                reference=self.named_by,
                purpose=f"{move} || ' ' || {self.told_apart}" if self.told_apart else move,
            ),
        )

    def remove_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        return _UNDO.format(name=self.name, table=f"public.{model._meta.db_table}")

    def constraint_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> None:
        """Called while the table is made: the trigger comes after it."""
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def _column(self, model: type[models.Model]) -> str:
        return str(model._meta.get_field(self.field).column)


def _literals(values: Sequence[str]) -> str:
    # States are codes of ours; a quote in one would be a mistake of the author.
    if any("'" in value for value in values):
        raise ValueError("a state's code has a quote in it")
    return ", ".join(f"'{value}'" for value in values)
