"""What each role of the database may do, tried as that role."""

import psycopg
import pytest
from django.apps import apps
from django.db import connection

from cellule.ground import roles

INSERT_ONLY = [model for model in apps.get_models() if getattr(model, "insert_only", False)]
OTHERS = [model for model in apps.get_models() if model._meta.managed and not getattr(model, "insert_only", False)]
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")


def rights(role: str, model) -> list[str]:
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r FROM unnest(%s::text[]) AS r WHERE has_table_privilege(%s, %s::text, r)",
            [list(RIGHTS), role, table],
        )
        return [name for (name,) in cursor.fetchall()]


def upkeep(model) -> list[str]:
    """Key tables may be written anew."""
    return ["MAINTAIN"] if getattr(model, "key_schema", False) else []


def names(models) -> list[str]:
    return [model._meta.label for model in models]


@pytest.fixture
def runtime(postgres_server, casts, db):
    """A connection of its own as the run-time role."""
    with postgres_server.connect(roles.RUNTIME, connection.settings_dict["NAME"]) as session:
        yield session


@pytest.mark.django_db
@pytest.mark.parametrize("model", INSERT_ONLY, ids=names(INSERT_ONLY))
def test_insert_only_table_can_only_grow(model):
    assert rights(roles.RUNTIME, model) == ["SELECT", "INSERT", *upkeep(model)]


@pytest.mark.django_db
@pytest.mark.parametrize("model", OTHERS, ids=names(OTHERS))
def test_other_table_can_change_but_not_be_emptied(model):
    assert rights(roles.RUNTIME, model) == ["SELECT", "INSERT", "UPDATE", "DELETE", *upkeep(model)]


@pytest.mark.django_db
@pytest.mark.parametrize("model", [*INSERT_ONLY, *OTHERS], ids=names([*INSERT_ONLY, *OTHERS]))
def test_backup_reader_only_reads(model):
    assert rights(roles.BACKUP, model) == ["SELECT"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {log} SET id = id",
        "DELETE FROM {log}",
        "TRUNCATE {log}",
        "TRUNCATE accounts_user CASCADE",
        "ALTER TABLE {log} DISABLE TRIGGER ALL",
        "DROP TABLE {log}",
        "SET session_replication_role = replica",
        "CREATE TABLE intruder (id int)",
        "CREATE TABLE keys.intruder (id int)",
        "CREATE TEMP TABLE intruder (id int)",
        "CREATE SCHEMA intruder",
        "CREATE ROLE intruder",
        "CREATE DATABASE intruder",
        "SET ROLE cellule_owner",
        "UPDATE django_migrations SET name = name",
        "COPY accounts_user TO PROGRAM 'cat'",
    ],
)
def test_runtime_role_is_refused(runtime, statement):
    log = "log_entry"

    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)) as refusal:
        runtime.execute(statement.format(log=log))

    assert refusal.value.sqlstate == "42501"


def test_runtime_role_reads_which_migrations_ran(runtime):
    (count,) = runtime.execute("SELECT count(*) FROM django_migrations").fetchone()

    assert count > 0


def test_backup_reader_cannot_write(postgres_server, db):
    with postgres_server.connect(roles.BACKUP, connection.settings_dict["NAME"]) as reader:
        reader.execute("SELECT * FROM accounts_user")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("DELETE FROM accounts_user")


def test_roles_are_no_more_than_they_need(postgres_server):
    with postgres_server.connect() as administrator:
        found = administrator.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
            " AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)",
            [list(roles.WHO)],
        ).fetchall()

    assert found == []


def test_functions_are_run_by_nobody_who_was_not_named(owner_connection):
    owner_connection.execute("CREATE FUNCTION secret_number() RETURNS int LANGUAGE sql AS 'SELECT 7'")

    with connection.cursor() as cursor:
        cursor.execute("SELECT has_function_privilege(%s, 'secret_number()', 'EXECUTE')", [roles.RUNTIME])
        assert cursor.fetchone() == (False,)


def test_owner_works_on_the_same_database(owner_connection):
    owner_connection.execute("CREATE TABLE made_by_owner (id int)")

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('made_by_owner') IS NOT NULL")
        assert cursor.fetchone() == (True,)


def test_committed_rows_are_gone_in_the_next_cast(owner_connection, casts):
    owner_connection.execute("CREATE TABLE left_behind (id int)")

    casts.cast()

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('left_behind') IS NULL")
        assert cursor.fetchone() == (True,)
