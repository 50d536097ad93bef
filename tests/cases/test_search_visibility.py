"""Whoever searches finds what their lists show, and nothing else; the log says that they searched, not for what."""

import re
import uuid

import pytest
from django.db import connection

from audit.log.models import Entry
from audit.review.detail import open_detail
from cases.models import Case, Found
from cases.search.finding import search
from cases.search.reach import groups_seen_whole
from cases.tasks import forget_found
from cellule.accounts.acting import Acting
from cellule.references import new_reference
from cellule.vault.models import KeyGroup, OwnerKey
from cellule.vault.unlocked import Unlocked
from tests.cases.named import found, named
from tests.factories import take
from tests.people import acting


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


PEOPLE = ("ana", "claire", "joaquin", "mireille", "omar", "paule", "rose", "luc")


def test_groups_seen_whole_are_those_of_which_every_case_is_visible(cases, caseworker, intake_worker, supervisor):
    """What is opened by blocks and what the lists show are one answer, for everybody and every group."""
    take(named(intake_worker, "Zélie"), "assign", supervisor, to=caseworker.user)
    everybody = [acting(name) for name in PEOPLE]
    by_group = {group: set(_of(group)) for group in Case.objects.values_list("key_holder", flat=True)}

    whole = {
        by.user.email: {group for group, held in by_group.items() if held <= set(_visible_to(by))} for by in everybody
    }

    assert {by.user.email: set(groups_seen_whole(by)) for by in everybody} == whole
    assert sorted(len(groups) for groups in whole.values()) == [0, 0, 0, 0, 0, 0, 2, 2]


def test_group_of_a_few_is_not_seen_whole_by_who_supervises(cases, supervisor):
    """A case that has gone to a circle is neither visible nor in a group whose blocks are opened."""
    closed = cases["mine"]
    Case.objects.filter(pk=closed.pk).update(key_holder=KeyGroup.objects.get(kind=KeyGroup.Kind.AUDITORS).pk)

    assert closed.pk not in {pk for group in groups_seen_whole(supervisor) for pk in _of(group)}
    assert closed.pk not in found(supervisor, "zelie")
    assert len(found(supervisor, "zelie")) == 3


def _of(group: uuid.UUID) -> list[uuid.UUID]:
    return list(Case.objects.filter(key_holder=group).values_list("pk", flat=True))


def _visible_to(by: Acting) -> list[uuid.UUID]:
    return list(Case.objects.visible_to(by.user).values_list("pk", flat=True))


@pytest.mark.parametrize("typed", ["Nadège", "CODE", "0142"])
def test_hidden_and_unknown_take_the_same_work(cases, caseworker, other_caseworker, typed):
    """The same statements, and the same cards opened: neither page nor time can tell of what exists."""
    hidden = named(other_caseworker, "Nadège", phone="+15145550142")
    unknown = {"Nadège": "Rodolfo", "CODE": new_reference(), "0142": "0189"}[typed]
    found(caseworker, "zelie")

    asked = [_statements(caseworker, each) for each in (hidden.code if typed == "CODE" else typed, unknown)]

    assert asked[0] == asked[1]
    assert len(asked[0]) > 5


# A savepoint is called by its number.
_NUMBERED = re.compile(r'"s\d+_x\d+"')


def _statements(by: Acting, typed: str) -> list[str]:
    told = []

    def tell(execute, sql, params, many, context):
        told.append(_NUMBERED.sub("", sql))
        return execute(sql, params, many, context)

    again = Acting(by.user, by.actor, Unlocked(by.vault.user, by.vault.role, by.vault.identity))
    with connection.execute_wrapper(tell):
        assert search(again, typed) == []
    return told


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
    claire, mireille = as_("claire"), as_("mireille")
    address = claire.post("/recherche/", {"asked": "Zelie"})["Location"]

    foreign, unknown = mireille.get(address), mireille.get(f"/recherche/r/{cases['mine'].pk}/")

    assert (foreign.status_code, unknown.status_code, claire.get(address).status_code) == (404, 404, 200)
    assert cases["mine"].code not in foreign.text


def test_result_of_another_session_does_not_exist(cases, as_):
    here, there = as_("claire"), as_("claire")
    address = here.post("/recherche/", {"asked": "Zelie"})["Location"]

    elsewhere, unknown = there.get(address), there.get(f"/recherche/r/{cases['mine'].pk}/")

    assert (elsewhere.status_code, unknown.status_code, here.get(address).status_code) == (404, 404, 200)
    assert _without_tokens(elsewhere.text) == _without_tokens(unknown.text)


def test_result_is_gone_after_a_quarter_of_an_hour(cases, as_, time_machine):
    time_machine.move_to("2026-11-23T15:00:00Z", tick=False)
    client = as_("claire")
    address = client.post("/recherche/", {"asked": "Zelie"})["Location"]
    old = Found.objects.get().pk

    told = []
    for _ in range(4):
        told.append(client.get(address).status_code)
        # Short enough for the vault to stay open.
        time_machine.shift(4 * 60)
    assert (told, client.get(address).status_code) == ([200] * 4, 404)
    assert OwnerKey.objects.filter(owner=old).exists()
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
