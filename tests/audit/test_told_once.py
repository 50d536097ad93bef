"""A log whose entries still had their bytes beside them is taken over as it is, and one that was altered is not."""

import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime

import pytest
from psycopg.types.json import Jsonb

from audit.log.encoding import encode, leaf
from audit.log.identifier import uuid7
from cellule.ground import roles
from cellule.settings import BASE_DIR

NAME = "log_before"
AT = datetime(2026, 11, 20, 3, 4, 5, 678901, tzinfo=UTC)
TOLD = {
    "id": uuid7(AT),
    "at": AT,
    "session": uuid.uuid4(),
    "counter": 1,
    "request": uuid.uuid4(),
    "actor_id": "somebody",
    "actor_role": "caseworker",
    "actor_organisation": "Unité",
    "action": "cases.case_opened",
    "subject_type": "cases.case",
    "reference": "23456789",
    "shown": ["98765432", "é"],
    "subject": uuid.uuid4(),
    "relation": "assigned",
    "purpose": "casework",
    "outcome": "done",
    "detail_commitment": bytes(range(32)),
}


@pytest.fixture
def migrate(casts):
    """Bring the log of a database of its own to a migration; gives what was said, and whether it was done."""
    casts.server.make_database(NAME)

    def run(to: str) -> tuple[bool, str]:
        url = casts.server.url(roles.OWNER, NAME)
        environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        command = [sys.executable, "manage.py", "migrate", "log", to, "--verbosity=0"]
        done = subprocess.run(command, check=False, cwd=BASE_DIR, env=environment, capture_output=True, text=True)
        return done.returncode == 0, done.stderr

    yield run
    with casts.server.connect() as administrator:
        administrator.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@pytest.fixture
def owner(casts, migrate):
    """The owner's connection to a log of before, with one honest entry."""
    assert migrate("0007") == (True, "")
    body = encode(TOLD)
    row = TOLD | {"shown": Jsonb(TOLD["shown"]), "body": body, "leaf": leaf(body)}
    with casts.server.connect(roles.OWNER, NAME) as connection:
        values = ", ".join(f"%({name})s" for name in row)
        connection.execute(f"INSERT INTO log_entry ({', '.join(row)}) VALUES ({values})", row)
        yield connection


@pytest.mark.parametrize("to", ["0008", "0010"])
def test_honest_log_keeps_every_word(migrate, owner, to):
    assert migrate(to) == (True, "")

    cursor = owner.execute("SELECT * FROM log_entry")
    (row,) = cursor.fetchall()
    kept = dict(zip((column.name for column in cursor.description), row, strict=True))
    assert kept == TOLD | {"utc_day": 20_777}


@pytest.mark.parametrize(
    "change",
    [
        "actor_id = 'somebody else'",
        "shown = '[]'",
        "body = body || 'x'",
        "leaf = sha256(leaf)",
        "body = replace(body::text, '77', '78')::bytea, leaf = sha256('x')",
    ],
)
def test_altered_log_is_not_taken_over(migrate, owner, change):
    owner.execute("ALTER TABLE log_entry DISABLE TRIGGER USER")
    owner.execute(f"UPDATE log_entry SET {change}")
    owner.execute("ALTER TABLE log_entry ENABLE TRIGGER USER")

    done, said = migrate("0008")

    assert (done, "verify the log before it is migrated" in said) == (False, True)
    assert owner.execute("SELECT count(body) FROM log_entry").fetchone() == (1,)
