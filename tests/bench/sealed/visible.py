"""What the house asks for a list, and the same question written by hand: two statements for one driver."""

import time
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

from cases.models import Case
from tests.cases import crowd

ROWS = 51
_COLUMNS = ", ".join(f"c.{field.column}" for field in Case._meta.concrete_fields)
_OPEN = "c.state IN ('inquiry', 'intake', 'assessment', 'active', 'follow_up')"
_LAST = f"ORDER BY c.opened_week DESC, c.id LIMIT {ROWS}"
_HELD = "c.key_holder IN (SELECT group_id FROM keys.vault_groupwrap WHERE holder = %(user)s)"
_GRANTED = f"""{_HELD} AND c.id IN (
    SELECT content_object_id FROM cases_caseusergrant WHERE user_id = %(user)s
    UNION ALL
    SELECT g.content_object_id FROM cases_casegroupgrant g JOIN accounts_user_groups m USING (group_id)
    WHERE m.user_id = %(user)s
)"""
_OF_A_WORKER = f"SELECT {_COLUMNS} FROM cases_case c WHERE {_OPEN} AND {_GRANTED} {_LAST}"
_OF_THE_UNIT = f"""
SELECT {_COLUMNS} FROM cases_case c WHERE {_OPEN} AND (
    c.key_holder IN (SELECT id FROM keys.vault_keygroup WHERE kind IN ('intake', 'unit')) OR {_GRANTED}
) {_LAST}
"""


def entrust(name: str, cases: int) -> None:
    """Let somebody lead so many cases of the crowd."""
    connection.ensure_connection()
    crowd.entrust(connection.connection, _user(name).pk, cases)


def rounds(name: str, times: int) -> list[tuple[float, float, float]]:
    """Milliseconds of the statement by hand, of the house's own, and of the house's with its objects, so many times."""
    user = _user(name)
    cases = Case.objects.visible_to(user).open().newest_first()[:ROWS]
    ours, by_hand = cases.query.sql_with_params(), _OF_THE_UNIT if user.duty.code == "supervisor" else _OF_A_WORKER
    _same(_rows(*ours), _rows(by_hand, {"user": user.pk}))
    return [
        (_timed(_rows, by_hand, {"user": user.pk}), _timed(_rows, *ours), _timed(list, cases.all()))
        for _ in range(times)
    ]


def _same(ours: list[tuple], by_hand: list[tuple]) -> None:
    if ours != by_hand:
        raise ValueError("both statements were to find the same rows, and did not")


def _rows(statement: str, params: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def _timed(function: Any, *given: Any) -> float:
    start = time.perf_counter()
    function(*given)
    return (time.perf_counter() - start) * 1000


def _user(name: str) -> Any:
    return get_user_model()._default_manager.get(email=f"{name}@cellule.example")
