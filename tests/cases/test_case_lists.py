"""Lists of cases: their order, their pages, and that ten rows cost no more queries than one."""

import datetime
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.log.models import Entry
from cases import lists
from cases.models import Case
from cases.models.moments import this_week


def _weeks_ago(case: Case, weeks: int) -> Case:
    Case.objects.filter(pk=case.pk).update(opened_week=this_week() - datetime.timedelta(weeks=weeks))
    return case


@pytest.fixture
def seven_cases(caseworker, open_inquiry) -> list[Case]:
    """Seven cases, the newest first: three of this week, then one a week."""
    return [_weeks_ago(open_inquiry(caseworker), weeks) for weeks in (0, 0, 0, 1, 2, 3, 4)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_pages_show_every_case_once_in_both_directions(monkeypatch, as_, seven_cases, size):
    monkeypatch.setattr(lists, "PAGE", size)
    claire, address, forth = as_("claire"), "/dossiers/", []

    while True:
        page = claire.get(address)
        forth.append({line.case.reference for line in page.context["lines"]})
        if not page.context["older"]:
            break
        address = "/dossiers/" + page.context["older"]
    back = [forth[-1]]
    while page.context["newer"]:
        page = claire.get("/dossiers/" + page.context["newer"])
        back.insert(0, {line.case.reference for line in page.context["lines"]})

    assert [len(shown) for shown in forth] == [size] * (7 // size) + ([7 % size] if 7 % size else [])
    assert set.union(*forth) == {case.reference for case in seven_cases}
    assert back == forth


def test_page_begins_anew_at_a_reference_that_is_not_mine(as_, seven_cases, other_caseworker, open_inquiry):
    foreign = open_inquiry(other_caseworker)
    claire = as_("claire")

    pages = [claire.get("/dossiers/", {"apres": mark}) for mark in (foreign.reference, "nothing", "")]

    assert [len(page.context["lines"]) for page in pages] == [7, 7, 7]


def test_cases_of_one_week_stand_in_the_order_they_were_opened(as_, caseworker, open_inquiry, time_machine):
    opened = []
    for minute in range(6):
        time_machine.move_to(datetime.datetime(2026, 11, 18, 15, minute, tzinfo=datetime.UTC), tick=False)
        opened.insert(0, open_inquiry(caseworker).reference)
    claire = as_("claire")

    listed = [line.case.reference for line in claire.get("/dossiers/").context["lines"]]
    last = [line.case.reference for line in claire.get("/").context["last"]]

    assert (listed, last) == (opened, opened[:5])


def test_list_entry_names_exactly_what_was_opened(as_, seven_cases):
    as_("claire").get("/")

    entry = Entry.objects.of_action("cases.cases_listed").get()
    assert set(entry.shown) == {case.reference for case in seven_cases[:5]}


def test_empty_list_says_what_to_do(as_):
    page = as_("joaquin").get("/dossiers/")

    assert page.context["lines"] == []
    assert 'href="/dossiers/nouveau/"' in page.text


def _queries(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_ten_rows_cost_no_more_queries_than_one(as_, caseworker, open_inquiry, add_incident):
    claire, case = as_("claire"), open_inquiry(caseworker)
    addresses = ["/", "/dossiers/", reverse("cases:case", args=[case.reference])]

    def add(count: int) -> None:
        for _ in range(count):
            open_inquiry(caseworker)
            add_incident(case, caseworker)
            case.add_note(by=caseworker, row_id=uuid.uuid4(), body="Une note.")

    add(1)
    one = [_queries(claire, address) for address in addresses]
    add(9)
    ten = [_queries(claire, address) for address in addresses]

    assert ten == one
