"""Lists narrowed: by what, in which words, and that an address may say anything without harm."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import lists
from cases.models import Case, State
from cases.models.codes import RiskLevel
from cases.models.moments import this_week
from tests.factories import assess, case_at, inquiry, take
from tests.people import said

MINE, UNIT, UNASSIGNED = "cases:cases", "cases:unit", "cases:unassigned"


@pytest.fixture
def world(caseworker, other_caseworker, supervisor, intake_worker):
    """Cases told apart by what filters ask for."""
    made = {
        "inquiry": inquiry(caseworker),
        "intake": case_at(State.INTAKE, caseworker),
        "active": case_at(State.ACTIVE, caseworker),
        "proposed": case_at(State.ACTIVE, caseworker),
        "closed": case_at(State.CLOSED, caseworker, supervisor=supervisor),
        "shared": inquiry(other_caseworker, shared_with=caseworker),
        "joaquin's": inquiry(other_caseworker),
        "waiting": inquiry(intake_worker),
        "old": inquiry(caseworker),
    }
    take(made["proposed"], "propose_closing", caseworker)
    take(made["waiting"], "hand_to_unit", intake_worker)
    Case.objects.filter(pk=made["old"].pk).update(opened_week=this_week() - datetime.timedelta(weeks=30))
    return made


@pytest.fixture
def listed(world, as_):
    """Which cases a list shows to somebody, by name, and its page."""
    names = {case.reference: name for name, case in world.items()}

    def shown(person: str, address: str, query: str = ""):
        page = as_(person).get(f"{reverse(address)}?{query}")
        assert page.status_code == 200
        return {names[line.case.reference] for line in page.context["lines"]}, page

    return shown


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"inquiry", "intake", "active", "proposed", "shared", "old"}),
        ("etape=inquiry", {"inquiry", "shared", "old"}),
        ("etape=intake&etape=closed", {"intake", "closed"}),
        ("depuis=4", {"inquiry", "intake", "active", "proposed", "shared"}),
        ("depuis=52", {"inquiry", "intake", "active", "proposed", "shared", "old"}),
        ("decision=fermeture", {"proposed"}),
        ("partage=moi", {"shared"}),
        ("etape=inquiry&depuis=13&partage=moi", {"shared"}),
        ("etape=follow_up", set()),
    ],
)
def test_my_cases_are_narrowed(listed, query, names):
    assert listed("claire", MINE, query)[0] == names


def test_unit_is_narrowed_by_lead(listed, caseworker, other_caseworker):
    under = {user: f"responsable={user.pk}" for user in (caseworker.user, other_caseworker.user)}

    assert listed("mireille", UNIT, under[other_caseworker.user])[0] == {"shared", "joaquin's"}
    assert listed("mireille", UNIT, f"{under[caseworker.user]}&etape=closed")[0] == {"closed"}
    assert listed("mireille", UNIT, "responsable=personne")[0] == {"waiting"}
    assert listed("mireille", UNIT, "decision=fermeture")[0] == {"proposed"}


def test_cases_without_a_lead_are_narrowed(listed):
    assert listed("mireille", UNASSIGNED)[0] == {"waiting"}
    assert listed("mireille", UNASSIGNED, "etape=inquiry&depuis=13")[0] == {"waiting"}
    assert listed("mireille", UNASSIGNED, "etape=intake")[0] == set()


@pytest.mark.parametrize(
    "query",
    ["etape=nowhere", "depuis=-1", "depuis=4%27", "responsable=personne", "decision=autre", "apres=x", "x=%00&etape="],
)
def test_what_is_not_offered_is_ignored(listed, query):
    names, page = listed("claire", MINE, query)

    assert names == {"inquiry", "intake", "active", "proposed", "shared", "old"}
    assert page.context["chips"] == []


def test_lead_that_nobody_knows_is_ignored(listed):
    every = {"inquiry", "intake", "active", "proposed", "shared", "joaquin's", "waiting", "old"}

    assert listed("mireille", UNIT, "responsable=00000000-0000-0000-0000-000000000000")[0] == every
    assert listed("mireille", UNIT, "responsable=nobody'--")[0] == every


def test_chips_say_what_is_asked_for_and_take_away_one_answer_each(listed, other_caseworker):
    _names, page = listed(
        "mireille", UNIT, f"depuis=4&etape=closed&etape=intake&responsable={other_caseworker.user.pk}"
    )

    lead = f"responsable={other_caseworker.user.pk}"
    assert page.context["chips"] == [
        (said("Intake"), f"?etape=closed&{lead}&depuis=4"),
        (said("Closed"), f"?etape=intake&{lead}&depuis=4"),
        (f"{said('Lead')}\u00a0: Joaquín Inventado", "?etape=intake&etape=closed&depuis=4"),
        (f"{said('Opened')}\u00a0: {said('The last four weeks')}", f"?etape=intake&etape=closed&{lead}"),
    ]


def test_panel_shows_what_is_chosen(listed):
    _names, page = listed("claire", MINE, "etape=closed&depuis=13&partage=moi")

    form = page.context["form"]
    assert (form["stage"].value(), form["since"].value(), form["shared"].value()) == (["closed"], "13", ["moi"])
    assert 'name="etape" value="closed" checked' in page.text


def test_pages_keep_their_filters(monkeypatch, listed, as_):
    monkeypatch.setattr(lists, "PAGE", 1)
    claire, address, seen = as_("claire"), "?etape=inquiry&depuis=4", []

    while address:
        page = claire.get(reverse(MINE) + address)
        seen += [line.case for line in page.context["lines"]]
        address = page.context["older"]
    back = claire.get(reverse(MINE) + page.context["newer"])

    assert len(seen) == len(set(seen)) == 2
    assert {case.state for case in seen} == {"inquiry"}
    assert [line.case for line in back.context["lines"]] == seen[:1]


def test_page_goes_on_from_a_case_that_no_longer_fits(monkeypatch, world, caseworker, other_caseworker, as_):
    monkeypatch.setattr(lists, "PAGE", 1)
    claire = as_("claire")
    page = claire.get(reverse(MINE) + "?etape=inquiry")
    (first,) = page.context["lines"]
    take(first.case, "close_inquiry", caseworker if first.case.is_led_by(caseworker.user) else other_caseworker)

    older = claire.get(reverse(MINE) + page.context["older"])

    assert [line.case for line in older.context["lines"]] != [first.case]
    assert older.context["newer"] != ""


def test_lines_tell_lead_and_risk_and_nobody_helped(world, listed, caseworker, supervisor):
    assess(world["intake"], caseworker, RiskLevel.HIGH)

    _names, page = listed("mireille", UNIT)
    told = {line.case: (line.lead, line.risk) for line in page.context["lines"]}

    assert told[world["intake"]] == ("Claire Exemple", RiskLevel.HIGH)
    assert told[world["waiting"]] == ("", None)
    assert told[world["active"]] == ("Claire Exemple", RiskLevel.SOME)
    assert told[world["shared"]] == ("Joaquín Inventado", None)


def test_empty_lists_say_why_and_what_next(as_, case):
    ana, claire, mireille = as_("ana"), as_("claire"), as_("mireille")

    pages = [ana.get(reverse(MINE)), claire.get(reverse(MINE) + "?etape=closed"), mireille.get(reverse(UNASSIGNED))]

    told = ["You lead no open case, and share in none.", "No case fits these filters.", "Every open case has a lead."]
    assert [said(text) in page.text for text, page in zip(told, pages, strict=True)] == [True, True, True]
    assert f'href="{reverse(MINE)}">{said("All open cases")}' in pages[1].text


@pytest.mark.parametrize("address", [MINE, UNIT, UNASSIGNED])
def test_ten_rows_cost_no_more_statements_than_one(as_, supervisor, django_assert_num_queries, address):
    def add(count: int) -> None:
        for _ in range(count):
            case = case_at(State.INTAKE, supervisor)
            if address == UNASSIGNED:
                take(case, "hand_to_unit", supervisor)

    client, path = as_("mireille"), f"{reverse(address)}?etape=intake&depuis=4"
    add(1)
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        assert len(client.get(path).context["lines"]) == 1
    add(9)

    with django_assert_num_queries(len(one)):
        assert len(client.get(path).context["lines"]) == 10
