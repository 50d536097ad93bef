"""What the run-time role and the backup reader may do with each table, derived from the models after migrations."""

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from cellule.ground.roles import SCHEMAS

ROWS = "SELECT, INSERT, UPDATE, DELETE"
INSERT_ONLY = "SELECT, INSERT"
# Key tables are written anew each night, so that deleted keys leave their files; it changes no row.
REWRITE = "MAINTAIN"
# What the run-time role has done for it by the owner, whose own walls judge each row (log/migrations/0005).
DONE_BY_OWNER = ("public.log_forget(text)",)


def grant_privileges(*, using: str = "default", **signal) -> None:
    """Give both roles their rights anew; heard after every `migrate`, and acts only when the owner migrates."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
    if owner == settings.DATABASE_RUNTIME_ROLE:
        return
    for statement in statements(connection):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def statements(connection: BaseDatabaseWrapper) -> list[str]:
    """Word all grants and revocations for the tables, sequences and roles that exist."""
    schemas = ", ".join(SCHEMAS)
    runtime = _existing_role(connection, settings.DATABASE_RUNTIME_ROLE)
    backup = _existing_role(connection, settings.DATABASE_BACKUP_ROLE)
    everybody = ", ".join(["PUBLIC", *runtime, *backup])
    wording = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schemas} FROM {everybody}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schemas} FROM {everybody}",
        f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schemas} FROM PUBLIC",
    ]
    for role in runtime:
        wording += [f"GRANT {_rights(model)} ON {table} TO {role}" for table, model in _tables(connection).items()]
        wording += [
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schemas} TO {role}",
            f"GRANT SELECT ON django_migrations TO {role}",
            *(f"GRANT EXECUTE ON FUNCTION {function} TO {role}" for function in _functions(connection)),
        ]
    for role in backup:
        wording += [
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {schemas} TO {role}",
            f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schemas} TO {role}",
        ]
    return wording


def _rights(model: type[Model]) -> str:
    rights = INSERT_ONLY if getattr(model, "insert_only", False) else ROWS
    return f"{rights}, {REWRITE}" if getattr(model, "key_schema", False) else rights


def _tables(connection: BaseDatabaseWrapper) -> dict[str, type[Model]]:
    """Give the models whose tables exist (a migration may stop half-way), by quoted table name."""
    named = {
        connection.ops.quote_name(model._meta.db_table): model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NOT NULL", [list(named)])
        there = [name for (name,) in cursor.fetchall()]
    return {name: named[name] for name in there}


def _functions(connection: BaseDatabaseWrapper) -> list[str]:
    """Give those of `DONE_BY_OWNER` that exist (a migration may stop half-way)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regprocedure(name) IS NOT NULL", [list(DONE_BY_OWNER)]
        )
        return [name for (name,) in cursor.fetchall()]


def _existing_role(connection: BaseDatabaseWrapper, role: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return [connection.ops.quote_name(role)] if cursor.fetchone() else []
