"""The pages of the directory: the search with its facets, the sheets, and that a look at them is nobody's reading."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.log.models import Entry
from referrals import directory
from referrals.models import AgencyKind, Service
from referrals.words import words_in
from tests.people import acting
from tests.referrals.agencies import agency, agreement, service

ADDRESS = "/ressources/"


@pytest.fixture
def services(db) -> dict[str, Service]:
    """Four services of three agencies, each other than the rest in all that can be asked for."""
    clinic, shelter = agency(name="Clinique du Phare"), agency(name="Maison du Saule", kind=AgencyKind.SHELTER)
    police = agency(name="Police imaginaire", kind=AgencyKind.POLICE)
    agreement(clinic, by=acting("mireille"), in_force=True)
    return {
        "advice": _service(
            clinic,
            "Conseils juridiques",
            categories=["legal"],
            languages=["fra", "tam"],
            sectors=["08"],
            asks_papers="no",
            free=True,
            min_age=14,
        ),
        "oath": _service(clinic, "Œuvre d’assermentation", categories=["certificate"], asks_papers="yes", free=False),
        "bed": _service(
            shelter, "Hébergement d’été", categories=["shelter", "children"], languages=["fra"], max_age=17
        ),
        "complaint": _service(police, "Bureau des plaintes", categories=["legal"], sectors=["17"]),
    }


def _service(of, name: str, **told) -> Service:
    words = " ".join(words_in(f"{name} {of.name}"))
    return service(of, name=name, words=words, sort_key=" ".join(words_in(name)), **told)


def _found(client, **asked: str) -> list[str]:
    return [each.name for each, _needs, _languages in client.get(ADDRESS, asked).context["lines"]]


ADVICE, OATH, BED, COMPLAINT = (
    "Conseils juridiques",
    "Œuvre d’assermentation",
    "Hébergement d’été",
    "Bureau des plaintes",
)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [COMPLAINT, ADVICE, BED, OATH]),
        ({"texte": "juridique"}, [ADVICE]),
        ({"texte": "JURI"}, [ADVICE]),
        ({"texte": "hebergements"}, [BED]),
        ({"texte": "ete hebergement"}, [BED]),
        ({"texte": "oeuvre"}, [OATH]),
        ({"texte": "phare conseil"}, [ADVICE]),
        ({"texte": "phare bureau"}, []),
        ({"texte": "d'été & !( | '\\\\:*"}, [BED]),
        ({"texte": "!!! ---"}, [COMPLAINT, ADVICE, BED, OATH]),
        ({"besoin": "legal"}, [COMPLAINT, ADVICE]),
        ({"besoin": "children"}, [BED]),
        ({"besoin": "nonsense"}, [COMPLAINT, ADVICE, BED, OATH]),
        ({"langue": "tam"}, [ADVICE]),
        ({"langue": "fra", "besoin": "shelter"}, [BED]),
        ({"secteur": "08"}, [ADVICE, BED, OATH]),
        ({"secteur": "17"}, [COMPLAINT, BED, OATH]),
        ({"organisme": "shelter"}, [BED]),
        ({"papiers": "no"}, [ADVICE]),
        ({"papiers": "yes"}, [OATH]),
        ({"age": "12"}, [COMPLAINT, BED, OATH]),
        ({"age": "17"}, [COMPLAINT, ADVICE, BED, OATH]),
        ({"age": "40"}, [COMPLAINT, ADVICE, OATH]),
        ({"age": "-1"}, [COMPLAINT, ADVICE, BED, OATH]),
        ({"age": "९"}, [COMPLAINT, ADVICE, BED, OATH]),
        ({"gratuit": "oui"}, [ADVICE]),
        ({"entente": "oui"}, [ADVICE, OATH]),
        ({"entente": "oui", "besoin": "certificate"}, [OATH]),
    ],
)
def test_search_finds_what_is_asked_for(as_, services, asked, expected):
    assert _found(as_("claire"), **asked) == expected


def test_chips_take_one_answer_away(as_, services):
    page = as_("claire").get(ADDRESS, {"besoin": "legal", "age": "40", "texte": "conseil"})

    assert [address for _text, address in page.context["chips"]] == [
        "?besoin=legal&age=40",
        "?texte=conseil&age=40",
        "?texte=conseil&besoin=legal",
    ]


def test_service_that_is_not_offered_is_not_listed_and_has_its_sheet(as_, services):
    Service.objects.filter(pk=services["bed"].pk).update(status="inactive")
    claire = as_("claire")

    assert BED not in _found(claire)
    assert claire.get(reverse("referrals:sheet", args=[services["bed"].reference])).status_code == 200


def test_empty_lists_say_what_to_do(as_, db):
    claire = as_("claire")

    texts = [claire.get(ADDRESS, asked).context["lines"] for asked in ({}, {"texte": "rien"})]

    assert texts == [[], []]


@pytest.mark.parametrize("size", [1, 3, 7, 8])
def test_pages_show_every_service_once_in_both_directions(monkeypatch, as_, db, size):
    monkeypatch.setattr(directory, "PAGE", size)
    of, claire = agency(), as_("claire")
    for name in ("b", "a", "c", "c", "c", "d", "e"):
        _service(of, name)

    page, forth = claire.get(ADDRESS), []
    while True:
        forth.append([each.reference for each, *_ in page.context["lines"]])
        if not page.context["older"]:
            break
        page = claire.get(ADDRESS + page.context["older"])
    back = [forth[-1]]
    while page.context["newer"]:
        page = claire.get(ADDRESS + page.context["newer"])
        back.insert(0, [each.reference for each, *_ in page.context["lines"]])

    expected = [each.reference for each in Service.objects.by_name()]
    assert [reference for shown in forth for reference in shown] == expected
    assert back == forth


def test_page_begins_anew_at_a_reference_that_leads_nowhere(as_, services):
    assert [len(_found(as_("claire"), apres=mark)) for mark in ("ZZZZZZZZ", "nothing")] == [4, 4]


def test_a_look_at_the_directory_is_no_entry_of_the_log(as_, services):
    claire = as_("claire")
    before = Entry.objects.count()

    for address in (ADDRESS, f"{ADDRESS}?texte=secret", reverse("referrals:sheet", args=[services["bed"].reference])):
        assert claire.get(address).status_code == 200

    assert Entry.objects.count() == before


def test_unknown_reference_is_refused_like_any_other(as_, services):
    assert as_("claire").get(reverse("referrals:sheet", args=["ZZZZZZZZ"])).status_code == 404


def test_sheet_shows_no_secret_address(as_, services):
    hidden = _service(services["bed"].agency, "Lit", address_hidden=True)

    page = as_("claire").get(reverse("referrals:sheet", args=[hidden.reference]))

    assert page.context["service"].address == ""
    assert "Secret" in page.text or "secrète" in page.text.lower()


# --- Ten rows ---------------------------------------------------------------------------------------


def _queries(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_ten_rows_cost_no_more_queries_than_one(as_, supervisor):
    of, mireille = agency(), as_("mireille")
    addresses = [ADDRESS, reverse("referrals:sheet", args=[of.reference])]

    def add(numbers: range) -> None:
        for number in numbers:
            _service(of, f"Service {number}")
            agreement(of, by=supervisor, number=str(number))

    add(range(1))
    one = [_queries(mireille, address) for address in addresses]
    add(range(1, 10))
    ten = [_queries(mireille, address) for address in addresses]

    assert ten == one
