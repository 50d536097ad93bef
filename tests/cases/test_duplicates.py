"""The same person in two cases: shown to whoever sees both, else to the desk, and never to who typed."""

import pytest
from django.db import connection

from audit.log.models import Entry
from cases.actions import DESK_SHOWN
from cases.models import Found, Match, Pair, PersonOrdinary
from cases.search.duplicates import compare, desk_of, waiting
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen
from tests.cases.named import found, named
from tests.factories import take

ON_DESK = "/recherche/correspondances/"


@pytest.fixture
def twins(caseworker, other_caseworker):
    """Two cases of different people of the unit, with one name."""
    return named(caseworker, "Zélie Quetzal"), named(other_caseworker, "Zelie Quetzal")


def _call_her(client, case, called: str, send):
    fields = {"called": called, "called-unknown": "", "pronouns": "", "age_band": ""}
    address = f"/accueil/{case.code}/personne/"
    page = client.get(address)
    return client.post(address, {"version": page.context["form"]["version"].value(), **fields})


def test_what_the_typist_sees_is_shown(caseworker, as_, send):
    known, case = named(caseworker, "Zélie Quetzal"), named(caseworker)
    take(case, "begin_intake", caseworker)

    client = as_("claire")
    response = _call_her(client, case, "Zelie Quetsal", send)

    token = Found.objects.get().pk
    assert response["Location"] == f"/recherche/r/{token}/"
    page = client.get(response["Location"])
    assert page.status_code == 200
    assert (known.code in page.text, f"/accueil/{case.code}/" in page.text) == (True, True)


@pytest.mark.parametrize("called", ["Zélie Quetzal", "Rodolfo Ficto"])
def test_hidden_and_unknown_names_look_the_same_to_the_typist(caseworker, intake_worker, as_, send, called, logged):
    named(caseworker, "Zélie Quetzal")
    case = named(intake_worker)
    take(case, "begin_intake", intake_worker)
    client = as_("ana")
    logged()

    response = _call_her(client, case, called, send)

    told = [action for action, *_ in logged()]
    assert response["Location"] == f"/accueil/{case.code}/"
    assert told == ["cases.case_opened", "cases.case_opened", "cases.person_corrected", "cases.searched"]
    assert (Found.objects.count(), Match.objects.count()) == (0, 0)


def test_pair_comes_to_the_desk_once(twins, supervisor, second_supervisor):
    assert waiting(supervisor) == 2

    assert (compare(supervisor), waiting(supervisor)) == (1, 0)
    assert (compare(second_supervisor), Match.objects.count()) == (0, 1)


def test_pair_is_sealed_to_the_desk(twins, supervisor, as_):
    compare(supervisor)
    match = Match.objects.get()

    assert str(match.pair) == "sealed"
    page = as_("mireille").get(ON_DESK)
    assert (twins[0].code in page.text, twins[1].code in page.text, "Zelie Quetzal" in page.text) == (True, True, True)


def test_pair_in_the_place_of_another_shuts_the_desk(twins, supervisor, caseworker, intake_worker):
    named(intake_worker, "Zelie Quetzal")
    assert compare(supervisor) == 3
    one, other, _third = Match.objects.order_by("pk")
    desk = desk_of(supervisor)
    told = {"action": DESK_SHOWN, "by": supervisor.actor}
    opened = supervisor.vault.open_owners([desk], [Compartment.ORDINARY], **told)[desk.pk]
    assert opened.read(one, "pair") != opened.read(other, "pair")

    with connection.cursor() as cursor:
        moved = "(SELECT pair FROM cases_match WHERE id = %s)"
        cursor.execute(f"UPDATE cases_match SET pair = {moved} WHERE id = %s", [one.pk, other.pk])

    with pytest.raises(CannotOpen):
        opened.read(Match.objects.get(pk=other.pk), "pair")


def test_pair_that_somebody_works_on_is_not_the_desk_s(caseworker, supervisor):
    named(caseworker, "Zélie Quetzal"), named(caseworker, "Zélie Quetzal")

    assert compare(supervisor) == 0


def test_same_number_is_a_pair_under_other_names(caseworker, other_caseworker, supervisor):
    named(caseworker, "Lune", phone="+15145550134"), named(other_caseworker, "Rodolfo", phone="+15145550134")

    assert compare(supervisor) == 1
    _desk_pair = Match.objects.get()
    assert Entry.objects.of_action("cases.match_found").get().reference == _desk_pair.reference


def test_changed_name_is_compared_again(twins, supervisor, caseworker, intake_worker):
    compare(supervisor)

    named(intake_worker, "Zélie Quetzal")

    assert (waiting(supervisor), compare(supervisor)) == (1, 2)


def test_decided_pair_comes_back_no_more(twins, supervisor, caseworker):
    compare(supervisor)
    Match.objects.get().refute(by=supervisor)
    client = twins[0].people.get()

    twins[0].correct_person(
        client, by=caseworker, known=PersonOrdinary("Zélie Quetzal", "elle"), version=client.version
    )

    assert (waiting(supervisor), compare(supervisor)) == (1, 0)


def test_whoever_typed_is_told_nothing(twins, supervisor, as_, caseworker):
    compare(supervisor)

    client = as_("claire")
    assert (client.get(ON_DESK).status_code, client.post(f"{ON_DESK}comparer/").status_code) == (403, 403)
    assert twins[1].code not in client.get("/").text
    assert found(caseworker, "zelie") == [twins[0].pk]


def test_desk_takes_each_step(twins, supervisor, as_):
    client = as_("mireille")
    client.post(f"{ON_DESK}comparer/")
    match = Match.objects.get()

    client.post(f"{ON_DESK}{match.reference}/examinee/")
    assert Match.objects.get().state == "looked_at"
    client.post(f"{ON_DESK}{match.reference}/meme-personne/")

    assert Match.objects.get().state == "same"
    assert twins[0].code not in client.get(ON_DESK).text


def test_pair_tells_nothing_but_two_cases():
    assert sorted(Pair.__dataclass_fields__) == ["by_number", "fits", "newer", "older"]
