"""Upkeep of the key tables: what was deleted from them is to be gone from the disk too, not only from sight.

DELETE and VACUUM leave the bytes of old rows in their pages; a table that is written anew has none of them. Copies in
the write-ahead log and in backups end with their 35 days.
"""

from django.apps import apps
from django.db import connection, transaction

from audit.log.actor import Actor
from audit.log.record import record
from cellule.vault.actions import KEYS_REWRITTEN

_PRIMARY_KEY = """
SELECT quote_ident(n.nspname) || '.' || quote_ident(t.relname), quote_ident(i.relname)
FROM pg_index x
JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indisprimary AND t.oid = %s::regclass
"""


def key_tables() -> list[str]:
    """The names of all tables that hold keys."""
    return sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "key_schema", False))


def rewrite(table: str, by: Actor) -> None:
    """Write one key table and its indexes anew; whoever uses it waits that long, and a break leaves it as it was.

    Raises ValueError for any other table.
    """
    if table not in key_tables():
        raise ValueError("not a key table")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PRIMARY_KEY, [table])
        name, index = cursor.fetchone()
        cursor.execute("SET LOCAL statement_timeout = '100s'")
        # A table whose rows wait for a check at the commit cannot be written anew.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"CLUSTER {name} USING {index}")
        record(KEYS_REWRITTEN, by=by, subject_type="vault.key_table", reference=table)
