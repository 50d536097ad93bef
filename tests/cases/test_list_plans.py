"""Lists stay quick however many cases there are: no statement of a page reads a protected table from end to end."""

import re

import pytest
from django.apps import apps
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.fiction import tell
from cases.filters import chosen, filters_of
from cases.lists import beginning, page_of
from cases.models import Scope
from tests.cases import crowd
from tests.cases.emergencies import asked
from tests.factories import inquiry
from tests.people import acting, signed_in
from tests.referrals.sent import CLINIC, consent, joined

CASES = 30_000
FILLED = {
    "public.cases_incident": {},
    "public.cases_note": {"amends_id": "NULL"},
    "public.cases_need": {},
    "public.cases_person": {},
    "public.cases_participation": {
        "incident_id": "(SELECT i.id FROM cases_incident i WHERE i.case_id = c.id)",
        "person_id": "(SELECT p.id FROM cases_person p WHERE p.case_id = c.id)",
    },
    "public.cases_safecontact": {},
    "public.cases_riskassessment": {},
    "public.cases_milestone": {},
    "public.cases_consent": {},
    "public.cases_breakglass": {"asker": "gen_random_uuid()", "asked_for": "c.reference", "state": "'justified'"},
    "public.cases_file": {},
    "public.cases_custody": {"file_id": "(SELECT f.id FROM cases_file f WHERE f.case_id = c.id)"},
    "public.cases_visit": {"user_id": "colleague.id"},
    "public.cases_savedview": {"user_id": "colleague.id", "filters": "to_jsonb(c.reference)"},
    "keys.vault_ownerkey": {"id": "(SELECT max(k.id) FROM keys.vault_ownerkey k) + ('x' || c.reference)::bit(32)::int"},
    "keys.vault_filekey": {"blob": "gen_random_uuid()", "file": "gen_random_uuid()"},
    "keys.vault_subjectrow": {"log_reference": "gen_random_uuid()"},
}
PROTECTED = {table.partition(".")[2] for table in FILLED} | {
    model._meta.db_table for model in apps.get_app_config("cases").get_models()
}
_SCAN = re.compile(r"Seq Scan on (\w+)")
QUERIES = {
    Scope.MINE: ["", "etape=inquiry", "etape=inquiry&etape=closed", "depuis=4", "decision=fermeture", "partage=moi"],
    Scope.UNIT: ["", "etape=inquiry", "etape=intake&etape=closed", "depuis=52", "decision=fermeture"],
    Scope.UNASSIGNED: ["", "etape=follow_up", "depuis=13"],
}


@pytest.fixture
def years(owner_connection):
    """A house with 30 000 cases besides those that are worked on; one person leads 2 000."""
    joaquin = acting("joaquin")
    crowd.insert_cases(owner_connection, CASES)
    crowd.entrust(owner_connection, joaquin.user.pk, 2000)
    crowd.entrust(owner_connection, acting("claire").user.pk, 40)
    owner_connection.execute("ANALYZE")
    return joaquin.user


def test_no_filter_makes_a_list_read_through_a_protected_table(years):
    asked = [(name, Scope.MINE, query) for name in ("claire", "joaquin") for query in QUERIES[Scope.MINE]]
    asked += [("mireille", scope, query) for scope in Scope for query in QUERIES[scope]]
    asked += [("mireille", Scope.UNIT, f"responsable={lead}") for lead in (years.pk, "personne")]
    people = {name: acting(name).user for name in ("claire", "joaquin", "mireille")}

    read = {each: _read_through(_statements_of_list(people[each[0]], *each[1:])) for each in asked}

    assert read == {each: set() for each in asked}


@pytest.mark.long
def test_no_statement_of_a_page_reads_through_a_protected_table(owner_connection):
    cast = {name: acting(name) for name in ("ana", "claire", "joaquin", "mireille", "omar")}
    told = tell(cast)
    for _ in range(51):
        inquiry(cast["claire"])
    clients = {name: signed_in(name) for name in ("claire", "joaquin", "mireille")}
    clients["claire"].post(reverse("cases:keep_view", args=["mine"]) + "?depuis=4")
    fullest = max((case for case in told if case.is_led_by(cast["claire"].user)), key=lambda case: case.version)
    consent(fullest, cast["claire"], joined(CLINIC, cast["mireille"]))
    opened = inquiry(cast["claire"])
    asked(opened, cast["joaquin"], secret=True)
    page = reverse("cases:case", args=[fullest.reference])
    clients["claire"].get(page)
    crowd.insert_cases(owner_connection, CASES)
    # Nobody can open the crowd: what a page shows must be the cases above.
    owner_connection.execute("UPDATE cases_case SET awaits_lead = false WHERE reference LIKE '00%'")
    for table, given in FILLED.items():
        crowd.insert_alike(owner_connection, table, **given)
    owner_connection.execute("ANALYZE")
    mine, unit, unassigned = map(reverse, ("cases:cases", "cases:unit", "cases:unassigned"))
    visits = [("claire", address) for address in ("/", mine, f"{mine}?etape=inquiry&depuis=4", page)]
    visits += [("joaquin", address) for address in ("/", reverse("cases:case", args=[opened.reference]))]
    visits += [("mireille", address) for address in ("/", unit, f"{unit}?depuis=4", unassigned, page)]

    read = {}
    for person, address in visits:
        with CaptureQueriesContext(connection) as queries:
            assert clients[person].get(address).status_code == 200
        read[person, address] = _read_through([query["sql"] for query in queries])

    assert read == {each: set() for each in visits}
    # The same reading finds what it looks for.
    through = ["SELECT story FROM cases_note", "UPDATE cases_case SET version = 1"]
    assert _read_through(through) == {"cases_note", "cases_case"}


def _statements_of_list(user, scope: Scope, query: str) -> list[str]:
    """What the first two pages of a list ask."""
    begins = beginning(scope, user)
    narrowed = chosen(filters_of(scope, user), QueryDict(query)).narrow(begins)
    with CaptureQueriesContext(connection) as queries:
        page = page_of(narrowed, among=begins)
        page_of(narrowed, among=begins, older_than=page.older)
    return [query["sql"] for query in queries]


def _read_through(statements: list[str]) -> set[str]:
    """The protected tables which any of these statements reads from end to end."""
    scanned = set()
    for statement in statements:
        if statement.lstrip(" (\n").startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + statement.replace("%", "%%"), [])
                scanned |= {name for (line,) in cursor.fetchall() for name in _SCAN.findall(line)}
    return scanned & PROTECTED
