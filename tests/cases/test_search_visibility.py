"""Whoever searches finds what their lists show, and nothing else; the log says that they searched, not for what."""

import pytest

from audit.log.models import Entry
from audit.review.detail import open_detail
from cases.models import Case, Found
from cases.search.reach import groups_seen_whole
from cases.tasks import forget_found
from cellule.vault.models import OwnerKey
from tests.cases.named import found, named
from tests.factories import take


@pytest.fixture
def cases(caseworker, other_caseworker, intake_worker, supervisor):
    """Four people of one name, with the intake and with the unit."""
    mine, theirs = named(caseworker, "Zélie"), named(other_caseworker, "Zélie")
    at_intake, in_unit = named(intake_worker, "Zélie"), named(intake_worker, "Zélie")
    take(in_unit, "assign", supervisor, to=other_caseworker.user)
    return {"mine": mine, "theirs": theirs, "at_intake": at_intake, "in_unit": in_unit}


def test_search_finds_what_lists_show(cases, caseworker, other_caseworker, intake_worker, supervisor):
    for person in (caseworker, other_caseworker, intake_worker, supervisor):
        seen = set(Case.objects.visible_to(person.user).values_list("pk", flat=True))

        assert set(found(person, "zelie")) == seen & {case.pk for case in cases.values()}
    assert len(found(supervisor, "zelie")) == 4
    assert found(caseworker, "zelie") == [cases["mine"].pk]


def test_code_of_a_hidden_case_is_not_found(cases, caseworker, supervisor):
    hidden = cases["theirs"]

    assert (found(caseworker, hidden.code), found(supervisor, hidden.code)) == ([], [hidden.pk])


def test_given_away_is_found_no_more(cases, other_caseworker, caseworker):
    case = cases["theirs"]
    take(case, "begin_intake", other_caseworker)
    take(case, "hand_over", other_caseworker, to=caseworker.user)

    assert case.pk not in found(other_caseworker, "zelie")
    assert case.pk in found(caseworker, "zelie")


def test_groups_seen_whole_hold_only_what_is_visible(cases, supervisor, caseworker):
    groups = groups_seen_whole(supervisor)

    held = set(Case.objects.filter(key_holder__in=groups).values_list("pk", flat=True))
    assert held == set(Case.objects.visible_to(supervisor.user).values_list("pk", flat=True))
    assert (len(groups), groups_seen_whole(caseworker)) == (2, [])


def test_log_says_that_somebody_searched_and_only_the_officer_for_what(cases, caseworker, privacy_officer):
    found(caseworker, "Zélie Quetzal")

    entry = Entry.objects.of_action("cases.searched").get()
    assert "Quetzal" not in f"{bytes(entry.body)!r} {vars(entry)}"
    assert open_detail(entry, privacy_officer) == {"words": "Zélie Quetzal"}


# --- The pages -------------------------------------------------------------------------------------


def test_typed_words_stand_in_no_address(cases, as_):
    client = as_("claire")

    response = client.post("/recherche/", {"asked": "Zelie"})

    token = Found.objects.get().pk
    assert (response.status_code, response["Location"]) == (302, f"/recherche/r/{token}/")
    page = client.get(response["Location"])
    assert cases["mine"].code in page.text
    assert {case.code for name, case in cases.items() if name != "mine" and case.code in page.text} == set()
    assert "Zélie" in page.text


def test_hidden_and_unknown_give_the_same_page(cases, as_):
    client = as_("claire")

    pages = [
        client.post("/recherche/", {"asked": asked}, follow=True).text
        for asked in (cases["theirs"].code, "7QK2-M9XD", "Rodolfo")
    ]

    plain = [_without_tokens(page) for page in pages]
    assert plain[0] == plain[1] == plain[2]
    assert _without_tokens(client.post("/recherche/", {"asked": "Zelie"}, follow=True).text) != plain[0]


def _without_tokens(page: str) -> str:
    for found_id in Found.objects.values_list("pk", flat=True):
        page = page.replace(str(found_id), "")
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


def test_result_of_another_person_does_not_exist(cases, as_):
    address = as_("claire").post("/recherche/", {"asked": "Zelie"})["Location"]

    foreign, unknown = as_("mireille").get(address), as_("mireille").get(f"/recherche/r/{cases['mine'].pk}/")

    assert (foreign.status_code, unknown.status_code, as_("claire").get(address).status_code) == (404, 404, 200)
    assert cases["mine"].code not in foreign.text


def test_result_is_gone_after_a_quarter_of_an_hour(cases, as_, time_machine):
    time_machine.move_to("2026-11-23T15:00:00Z", tick=False)
    client = as_("claire")
    address = client.post("/recherche/", {"asked": "Zelie"})["Location"]
    old = Found.objects.get().pk
    assert client.get(address).status_code == 200

    time_machine.shift(14 * 60)
    assert OwnerKey.objects.filter(owner=old).exists()
    time_machine.shift(2 * 60)
    # The vault has locked meanwhile.
    assert as_("claire").get(address).status_code == 404
    forget_found(None)

    assert (Found.objects.filter(pk=old).exists(), OwnerKey.objects.filter(owner=old).exists()) == (False, False)


def test_result_shows_what_is_visible_now(cases, as_, caseworker, supervisor, other_caseworker):
    client = as_("claire")
    address = client.post("/recherche/", {"asked": "Zelie"})["Location"]
    case = cases["mine"]
    assert case.code in client.get(address).text

    take(case, "assign", supervisor, to=other_caseworker.user)

    assert case.code not in client.get(address).text


@pytest.mark.parametrize("asked", ["", "   ", "!!", "x" * 201])
def test_what_cannot_be_searched_for_is_said(as_, asked):
    response = as_("claire").post("/recherche/", {"asked": asked})

    assert response.status_code == 422
    assert Entry.objects.of_action("cases.searched").count() == 0
