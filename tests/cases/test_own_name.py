"""Opening a record of one's own name: noticed in the unlocked page, told without any name."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.log.models import Entry
from cases.actions import OWN_NAME_SEEN
from cases.models import PersonIdentity, PersonOrdinary
from cases.own_name import Likeness, likeness

NAME, FAMILY = Likeness.NAME, Likeness.FAMILY_NAME


@pytest.mark.parametrize(
    ("own", "other", "alike"),
    [
        ("Claire Moreau", "Claire Moreau", NAME),
        ("Claire Moreau", "MOREAU, Claire", NAME),
        ("Claire Moreau", "Claire Anne Moreau", NAME),
        ("Claire Anne Moreau", "Claire Moreau", NAME),
        ("Claire Moreau", "Clair Morreau", NAME),
        ("Zoé Lévesque", "zoe levesque", NAME),
        ("Claire Moreau", "Jean Moreau", FAMILY),
        ("Claire Moreau", "Jean Moreault", None),
        ("Claire Moreau", "Claire Dubois", None),
        ("Claire Moreau", "Claire", None),
        ("Claire Moreau", "", None),
        ("Claire", "Claire", None),
    ],
)
def test_names_are_compared_whatever_their_order_accents_and_spelling(own, other, alike):
    assert likeness(own, [other]) == alike


def test_the_whole_name_of_anybody_counts_more_than_a_family_name():
    assert likeness("Claire Moreau", ["Jean Moreau", "Ana Ruiz", "Claire Moreau"]) == NAME


def flags() -> list[tuple[str, str, str]]:
    entries = Entry.objects.of_action(OWN_NAME_SEEN.code).order_by("id")
    return [(entry.purpose, entry.reference, entry.relation) for entry in entries]


@pytest.fixture
def called(case, caseworker):
    """Call the person whom the case is about by this name."""

    def call(name: str) -> None:
        client = case.people.get(is_client=True)
        case.correct_person(client, by=caseworker, known=PersonOrdinary(called=name), version=client.version)

    return call


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", ["", "personnes/"])
def test_page_of_a_case_of_one_s_own_name_is_flagged_once_in_a_session(as_, case, caseworker, called, part):
    called(caseworker.user.name)
    claire = as_("claire")

    for _ in range(2):
        assert claire.get(f"/dossiers/{case.reference}/{part}").status_code == 200

    assert flags() == [("own_name", case.reference, "assigned")]


@pytest.mark.django_db(transaction=True)
def test_page_of_a_case_of_one_s_family_name_is_flagged(as_, case, caseworker, called):
    called(f"Jean {caseworker.user.name.split()[-1]}")

    as_("claire").get(f"/dossiers/{case.reference}/")

    assert [purpose for purpose, *_told in flags()] == ["own_family_name"]


@pytest.mark.django_db(transaction=True)
def test_revealed_identity_of_one_s_own_name_is_flagged(as_, case, caseworker):
    client = case.people.get(is_client=True)
    identity = PersonIdentity(legal_name=caseworker.user.name)
    case.write_identity(client, by=caseworker, identity=identity, version=client.version)
    claire = as_("claire")

    claire.get(f"/dossiers/{case.reference}/")
    before = flags()
    claire.post(f"/dossiers/{case.reference}/personnes/{client.reference}/identite/reveler/", {"reason": "identify"})

    assert (before, [purpose for purpose, *_told in flags()]) == ([], ["own_name"])


@pytest.mark.django_db(transaction=True)
def test_another_name_is_not_flagged_and_costs_no_statement(as_, case, called):
    claire = as_("claire")
    called("Jasmin Laurier")
    claire.get(f"/dossiers/{case.reference}/")

    with CaptureQueriesContext(connection) as captured:
        claire.get(f"/dossiers/{case.reference}/")

    assert flags() == []
    assert [query for query in captured.captured_queries if OWN_NAME_SEEN.code in str(query)] == []


@pytest.mark.django_db(transaction=True)
def test_flag_names_nobody(as_, case, caseworker, called):
    called(caseworker.user.name)
    as_("claire").get(f"/dossiers/{case.reference}/")

    (entry,) = Entry.objects.of_action(OWN_NAME_SEEN.code)

    assert entry.detail_commitment is None
    assert caseworker.user.name.split()[0].encode() not in bytes(entry.body)
    assert uuid.UUID(entry.actor_id) == caseworker.user.pk
