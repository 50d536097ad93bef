"""The three database roles, the two schemas, and the SQL that makes them on any server."""

from collections.abc import Iterator

OWNER = "cellule_owner"
RUNTIME = "cellule_app"
BACKUP = "cellule_backup"
DATABASE = "cellule"
SCHEMAS = ("public", "keys")
MAJOR = 17

WHO = {
    OWNER: "owns the tables; only migrations sign in with it",
    RUNTIME: "serves pages and jobs; may change rows, never a table, and never what was logged",
    BACKUP: "reads everything for a backup and writes nothing",
}
_LIMITS = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def role_sql(role: str, password: str | None = None) -> list[str]:
    """Word one role; without a password it cannot sign in until the administrator gives it one."""
    secret = "" if password is None else " PASSWORD '" + password.replace("'", "''") + "'"
    return [
        f"CREATE ROLE {role} LOGIN {_LIMITS}{secret}",
        # Database names of tests and restores differ, so the path belongs to the role.
        f"ALTER ROLE {role} SET search_path = {', '.join(SCHEMAS)}",
    ]


def database_sql(name: str = DATABASE) -> list[str]:
    """Word the database: the builtin locale sorts alike everywhere and outlives any change of the C library."""
    locale = "ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
    return [f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE template0 {locale}', *connect_sql(name)]


def connect_sql(name: str = DATABASE) -> list[str]:
    """Word who may connect (rights on a database are not copied when it is cast from a template)."""
    return [
        f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC',
        f'GRANT CONNECT ON DATABASE "{name}" TO {RUNTIME}, {BACKUP}',
    ]


def schema_sql() -> list[str]:
    """Word what an administrator sets up inside the new database before the first migration."""
    statements = [f"ALTER SCHEMA public OWNER TO {OWNER}", f"CREATE SCHEMA IF NOT EXISTS keys AUTHORIZATION {OWNER}"]
    for schema in SCHEMAS:
        statements += [
            f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
            f"GRANT USAGE ON SCHEMA {schema} TO {RUNTIME}, {BACKUP}",
        ]
    # New functions may be run by everybody unless this is said.
    return [*statements, f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"]


def script(database: str = DATABASE) -> Iterator[str]:
    """Give the lines of a psql script for the administrator of a server of one's own; psql asks for passwords."""
    yield f"-- For psql, as an administrator of a PostgreSQL {MAJOR} or newer. It asks for one password for each role."
    for role, reason in WHO.items():
        yield ""
        yield f"-- {reason}"
        yield from (f"{statement};" for statement in role_sql(role))
        yield f"\\password {role}"
    yield ""
    yield from (f"{statement};" for statement in database_sql(database))
    yield f'\\connect "{database}"'
    yield from (f"{statement};" for statement in schema_sql())
