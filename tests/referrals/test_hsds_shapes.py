"""Every shape a directory comes in, and every problem named with its place."""

import json
from pathlib import Path

import pytest
from django.utils import translation

from cellule.settings import BASE_DIR
from referrals.fiction import DIRECTORY
from referrals.hsds.files import NotReadable, read_file
from referrals.hsds.records import read_directory
from tests.referrals.files import key, organisation, page, service

EXAMPLES = BASE_DIR.parent / "shared" / "reference" / "hsds-3.0" / "examples"
# How many agencies and services each published example holds; the rest are of another kind.
HOLDS = {
    "organization_full": (1, 1),
    "organization_list": (1, 0),
    "service_full": (1, 1),
    "service_list": (1, 1),
    "tabular": (1, 1),
}


def _counted(directory) -> tuple[int, int]:
    return len(directory.agencies), len(directory.services)


@pytest.mark.parametrize(
    "path", [DIRECTORY, *(path for path in sorted(EXAMPLES.glob("*.json")))], ids=lambda path: path.stem
)
def test_every_file_is_read_or_refused(path):
    directory = read_file(path)

    assert _counted(directory) == ((7, 21) if path == DIRECTORY else HOLDS.get(path.stem, (0, 0)))
    assert [problem.place for problem in directory.found.problems] == ([] if directory.agencies else ["$"])


def _tables() -> dict:
    """The same as a nested organisation, in tables."""
    owner, offered = organisation(), service(organization_id=key("Clinique du Phare"))
    return {
        "organizations.csv": [owner],
        "services.csv": [offered],
        "phones.csv": [{"id": key("phone"), "service_id": offered["id"], "number": "514 555-0100"}],
        "languages.csv": [{"id": key("language"), "service_id": offered["id"], "code": "ta"}],
        "schedules.csv": [
            {
                "id": key("hours"),
                "service_id": offered["id"],
                "byday": "TU,MO",
                "opens_at": "9:00",
                "closes_at": "12:00",
            },
            {"id": key("more"), "service_id": offered["id"], "byday": "WE", "opens_at": "09:00", "closes_at": "12:00"},
        ],
        "service_at_location.csv": [{"id": key("link"), "service_id": offered["id"], "location_id": key("place")}],
        "locations.csv": [{"id": key("place"), "location_type": "physical"}],
        "addresses.csv": [{"id": key("address"), "location_id": key("place"), "address_1": "12, rue Inventée"}],
        "attributes.csv": [{"id": key("tie"), "link_id": offered["id"], "taxonomy_term_id": key("word")}],
        "taxonomy_terms.csv": [{"id": key("word"), "name": "Emergency Shelter"}],
        "required_documents.csv": [{"id": key("paper"), "service_id": offered["id"], "document": "Aucun"}],
        "cost_options.csv": [{"id": key("cost"), "service_id": offered["id"], "amount": 0}],
    }


def test_tables_are_read_as_if_they_were_nested():
    (read,) = read_directory(_tables()).services.values()

    told = {
        "phone": "+15145550100",
        "languages": ["tam"],
        # Hours without their first digit are no hours.
        "hours": [{"window": {"days": [3], "start": "09:00", "end": "12:00"}}],
        "address": "12, rue Inventée",
        "categories": ["shelter"],
        "asks_papers": "no",
        "free": True,
    }
    assert {name: read.fields[name] for name in told} == told


@pytest.mark.parametrize(
    ("document", "held", "complete"),
    [
        (organisation(), (1, 0), [False]),
        (organisation(services=[]), (1, 0), [True]),
        (organisation(services=[service()]), (1, 1), [True]),
        (service(organization=organisation()), (1, 1), [False]),
        (page(organisation(), organisation("Autre")), (2, 0), [False, False]),
        (page(organisation(services=[service()])), (1, 1), [True]),
        (page(service("a", organization=organisation()), service("b", organization=organisation())), (1, 2), [False]),
        (page(service(organization_id="elsewhere")), (0, 1), []),
    ],
)
def test_shapes_are_told_apart(document, held, complete):
    directory = read_directory(document)

    assert directory.found.problems == []
    assert _counted(directory) == held
    assert [agency.is_complete for agency in directory.agencies.values()] == complete


@pytest.mark.parametrize(
    "document",
    [
        [],
        "text",
        None,
        {},
        {"contents": []},
        {"version": "3.0", "profile": "x"},
        {"id": "1", "name": "place", "location_type": "physical"},
        {"id": "1", "name": "taxonomy", "description": "x", "version": "1"},
        {"id": "1", "service": {}, "location": {}},
        {"organizations.csv": [], "services.csv": []},
    ],
)
def test_file_without_organisation_or_service_is_refused(document):
    assert [problem.place for problem in read_directory(document).found.problems] == ["$"]


PROBLEMS = {
    "no name": (organisation(name=None), ["$.name"]),
    "no identifier": (organisation(id=""), ["$.id"]),
    "a name that is a list": (organisation(name=["x"]), ["$.name"]),
    "a long name": (organisation(name="x" * 201), ["$.name"]),
    "services that are no list": (organisation(services={}), ["$.services"]),
    "a service that is a text": (organisation(services=["x"]), ["$.services[0]"]),
    "no status": (page(service(status=None, organization=organisation())), ["$.contents[0].status"]),
    "a strange status": (organisation(services=[service(status="open")]), ["$.services[0].status"]),
    "an age in words": (organisation(services=[service(minimum_age="douze")]), ["$.services[0].minimum_age"]),
    "half a year": (organisation(services=[service(minimum_age=1.5)]), ["$.services[0].minimum_age"]),
    "ages upside down": (
        organisation(services=[service(minimum_age=18, maximum_age=12)]),
        ["$.services[0].minimum_age"],
    ),
    "a date in words": (organisation(services=[service(assured_date="hier")]), ["$.services[0].assured_date"]),
    "a text of a number of characters": (
        organisation(services=[service(description="x" * 20_001)]),
        ["$.services[0].description"],
    ),
    "a service twice": (organisation(services=[service(), service()]), ["$.services[1].id"]),
    "an organisation twice": (page(organisation(), organisation()), ["$.contents[1].id"]),
    "a service of nobody": (page(service()), ["$.contents[0].organization_id"]),
    "several at once": (
        page(
            organisation(name=None), organisation("b", services=[service(status="x"), service("c", assured_date="y")])
        ),
        ["$.contents[0].name", "$.contents[1].services[0].status", "$.contents[1].services[1].assured_date"],
    ),
    "a table": (
        {
            "organizations.csv": [organisation()],
            "services.csv": [service(organization_id=key("Clinique du Phare"), status="")],
        },
        ['$["services.csv"][0].status'],
    ),
}


@pytest.mark.parametrize(("document", "places"), PROBLEMS.values(), ids=PROBLEMS)
def test_every_problem_is_named_with_its_place(document, places):
    with translation.override("en"):
        found = read_directory(document).found

    assert [problem.place for problem in found.problems] == places
    assert all(problem.sentence.endswith(".") for problem in found.problems)


@pytest.mark.parametrize("written", [b"", b"{", b"\xff\xfe", b"[1,]", b"organizations,services\n1,2"])
def test_file_that_is_no_json_says_where(tmp_path, written):
    path = tmp_path / "directory.json"
    path.write_bytes(written)

    with pytest.raises(NotReadable):
        read_file(path)


def test_missing_file_and_byte_order_mark(tmp_path: Path):
    with pytest.raises(NotReadable):
        read_file(tmp_path / "nowhere.json")
    path = tmp_path / "marked.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(organisation()).encode())

    assert _counted(read_file(path)) == (1, 0)
