"""A house that is years old, in a moment: many cases as the owner of the tables inserts them, which nobody can open.

They lie in weeks before this one, with the unit as their key group, so that lists begin with the cases of the test.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from cases.models import LEAD, SHARE
from cases.models.moments import this_week
from cellule.accounts.roles import CASEWORKER

# One case in a hundred waits for a lead, one in three hundred for a decision; half of all are closed.
_CASES = """
INSERT INTO cases_case
    (id, reference, state, key_holder, version, awaits_lead, opened_week, intake_week, contact_settled, risk_settled,
     closing_proposed_by, closed_by, closed_week, ordinary, standing)
SELECT gen_random_uuid(), lpad(to_hex(i), 8, '0'), state, (SELECT id FROM keys.vault_keygroup WHERE kind = 'unit'), 1,
    state <> 'closed' AND i % 100 = 1, week, CASE WHEN state <> 'inquiry' THEN week END, state <> 'inquiry',
    state NOT IN ('inquiry', 'intake'), CASE WHEN state = 'closed' OR (state <> 'inquiry' AND i % 300 = 3)
    THEN gen_random_uuid() END, CASE WHEN state = 'closed' THEN gen_random_uuid() END,
    CASE WHEN state = 'closed' THEN week END, decode(repeat('00', 162), 'hex'),
    CASE WHEN state IN ('active', 'follow_up') THEN decode(repeat('00', 162), 'hex') END
FROM generate_series(1, %(cases)s) AS i,
    LATERAL (SELECT %(week)s::date - 7 * (1 + i %% 260) AS week,
        (ARRAY['closed', 'active', 'closed', 'intake', 'closed', 'assessment', 'closed', 'follow_up', 'closed',
               CASE WHEN i %% 1000 = 9 THEN 'inquiry' ELSE 'active' END])[1 + i %% 10] AS state) AS chosen
""".replace("i % ", "i %% ")
_COLLEAGUES = """
INSERT INTO accounts_user (id, email, name, role, organisation_id, language, is_active, password)
SELECT gen_random_uuid(), 'crowd' || i || '@cellule.example', 'Foule Fictive ' || i, %(role)s,
    (SELECT id FROM accounts_organisation WHERE zone = 'unit'), 'fr', true, md5(i::text)
FROM generate_series(1, %(people)s) AS i
"""
_LEADS = """
WITH people AS (SELECT id, row_number() OVER (ORDER BY email) - 1 AS at FROM accounts_user WHERE email LIKE 'crowd%%'),
    cases AS (SELECT id, row_number() OVER (ORDER BY reference) AS at FROM cases_case WHERE reference LIKE '00%%'
        AND NOT awaits_lead)
INSERT INTO cases_caseusergrant (id, content_object_id, permission_id, user_id)
SELECT gen_random_uuid(), cases.id, (SELECT id FROM auth_permission WHERE codename = %(permission)s), people.id
FROM cases JOIN people ON people.at = (cases.at / %(every)s) %% %(people)s WHERE cases.at %% %(every)s = 0
"""
_AGENCIES = """
WITH agencies AS (INSERT INTO auth_group (name) SELECT 'crowd' || i FROM generate_series(1, 20) AS i RETURNING id),
    numbered AS (SELECT id, row_number() OVER () - 1 AS at FROM agencies)
INSERT INTO cases_casegroupgrant (id, content_object_id, permission_id, group_id)
SELECT gen_random_uuid(), c.id, (SELECT id FROM auth_permission WHERE codename = %(permission)s), numbered.id
FROM cases_case c JOIN numbered ON numbered.at = ('x' || c.reference)::bit(32)::int %% 20 WHERE c.reference LIKE '00%%'
"""
_ALIKE = """
INSERT INTO {table} ({columns}) SELECT {values} FROM cases_case c
JOIN (SELECT id, row_number() OVER (ORDER BY email) - 1 AS at FROM accounts_user WHERE email LIKE 'crowd%') colleague
    ON colleague.at = ('x' || c.reference)::bit(32)::int % 50
CROSS JOIN (SELECT * FROM {table} LIMIT 1) first_row WHERE c.reference LIKE '00%'
"""
_PEOPLE = 50


def insert_cases(owner: psycopg.Connection, cases: int) -> None:
    """Insert so many cases, each led by one of 50 made-up colleagues and seen by an agency, some shared with another."""
    with walls_down(owner, "cases_case"):
        owner.execute(_CASES, {"cases": cases, "week": this_week()})
    owner.execute(_COLLEAGUES, {"people": _PEOPLE, "role": CASEWORKER.code})
    for permission, every in ((LEAD, 1), (SHARE, 10)):
        owner.execute(_LEADS, {"permission": permission, "every": every, "people": _PEOPLE})
    owner.execute(_AGENCIES, {"permission": SHARE})


def entrust(owner: psycopg.Connection, user: object, cases: int) -> None:
    """Let a person lead so many cases of the crowd, from all its years."""
    owner.execute(
        "INSERT INTO cases_caseusergrant (id, content_object_id, permission_id, user_id)"
        " SELECT gen_random_uuid(), id, (SELECT id FROM auth_permission WHERE codename = %s), %s FROM"
        " (SELECT id FROM cases_case WHERE reference LIKE '00%%' ORDER BY md5(reference) LIMIT %s) AS picked",
        [LEAD, user, cases],
    )


def insert_alike(owner: psycopg.Connection, table: str, **given: str) -> None:
    """Give every case of the crowd a row like the first one of a table (`schema.name`).

    `given`: SQL by column, over `c`, the case, and `colleague`, somebody of the crowd.
    """
    asked = "SELECT column_name FROM information_schema.columns WHERE table_schema || '.' || table_name = %s"
    columns = [name for (name,) in owner.execute(asked, [table])]
    made = {"id": "gen_random_uuid()", "case_id": "c.id", "reference": "c.reference", "owner": "c.id", **given}
    values = [sql.SQL(made[name]) if name in made else sql.Identifier("first_row", name) for name in columns]
    with walls_down(owner, table):
        owner.execute(
            sql.SQL(_ALIKE).format(
                table=_named(table),
                columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                values=sql.SQL(", ").join(values),
            )
        )


@contextmanager
def walls_down(owner: psycopg.Connection, table: str) -> Iterator[None]:
    """Switch off what refuses rows without an entry, as only the owner can, and put it up again."""
    asked = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'A'"
    walls = [name for (name,) in owner.execute(asked, [table])]
    _switch(owner, "DISABLE", table, walls)
    yield
    _switch(owner, "ENABLE ALWAYS", table, walls)


def _switch(owner: psycopg.Connection, to: str, table: str, walls: list[str]) -> None:
    for name in walls:
        statement = sql.SQL("ALTER TABLE {} {} TRIGGER {}")
        owner.execute(statement.format(_named(table), sql.SQL(to), sql.Identifier(name)))


def _named(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))
