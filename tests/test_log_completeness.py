"""Act and entry are one: every address, asked by every kind of person, leaves what the table says in the log, once.

A new address fails here until it has its row in `tests/log_table.py`; so does an act that is told twice, or not at all.
"""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.test import Client

from audit.log.actions import Outcome
from audit.log.models import Entry
from audit.review.kinds import KINDS
from tests.access_table import GET, PEOPLE, POST
from tests.log_table import SILENT, TOLD
from tests.test_access import House, _cell, _client, _table, house  # noqa: F401  (a fixture)

REFUSALS = {
    "403": Outcome.REFUSED_FORBIDDEN,
    "404": Outcome.REFUSED_UNKNOWN,
    "409": Outcome.REFUSED_CONFLICT,
}
# Who has no name yet is refused without an entry: anybody in the world could fill the log.
STRANGERS = {"nobody", "half"}


def _walk(client: Client, house: House) -> Iterator[tuple[str, str, str, list[Entry]]]:  # noqa: F811
    """Ask for every address, first as a page and then as a form; give the answer and the entries it left."""
    known = set(Entry.objects.values_list("pk", flat=True))
    for method, table in (("get", GET), ("post", POST)):
        for name in _table(table):
            cell = _cell(getattr(client, method)(house.address(name)))
            new = list(Entry.objects.exclude(pk__in=known).order_by("id"))
            known |= {entry.pk for entry in new}
            yield method, name, cell, new


def _rows() -> dict[tuple[str, str, str], list[tuple[str, ...]]]:
    """What each answer (method, address, cell) may leave: alternatives of actions, each in its order."""
    rows = {}
    for line in TOLD.strip().splitlines():
        method, name, cell, *told = line.split()
        ways = " ".join(told).split(" | ")
        rows[method, name, cell] = [() if way == "-" else tuple(way.split()) for way in ways]
    for line in SILENT.strip().splitlines():
        method, name = line.split()
        rows[method, name, "200"] = [()]
    return rows


def _may_leave(rows: dict, method: str, name: str, cell: str) -> list[tuple[str, ...]]:
    """A page that is shown has its row; what leads elsewhere or asks again leaves nothing unless its row says so."""
    return rows.get((method, name, cell), [] if cell == "200" else [()])


@pytest.mark.parametrize("person", PEOPLE)
def test_every_answer_leaves_what_the_table_says(house, person):  # noqa: F811
    client, rows = _client(person, house), _rows()
    wrong, kinds = [], set()

    for method, name, cell, entries in _walk(client, house):
        told = tuple(entry.action for entry in entries)
        if cell in REFUSALS and person not in STRANGERS:
            fits = [(entry.action, entry.outcome) for entry in entries] == [("accounts.refused", REFUSALS[cell])]
        else:
            fits = told in _may_leave(rows, method, name, cell)
        if not fits:
            wrong.append((method, name, cell, " ".join(told) or "-"))
        kinds |= {entry.subject_type for entry in entries if entry.subject_type}

    assert wrong == []
    assert sorted(filter(_has_no_words, kinds)) == []


def _has_no_words(kind: str) -> bool:
    """Whether auditors would read a code, or what Django makes of a class's name."""
    if kind in KINDS or ":" in kind:
        return False
    try:
        return "verbose_name" not in apps.get_model(kind)._meta.original_attrs
    except (LookupError, ValueError):
        return True


def test_every_row_of_the_table_is_of_an_address():
    known = set(_table(GET)) | set(_table(POST))

    assert sorted({name for _method, name, _cell in _rows()} - known) == []
