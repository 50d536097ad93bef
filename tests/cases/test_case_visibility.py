"""Which cases exist for whom: one answer for lists, pages, steps and refusals."""

import uuid

import pytest
from django.urls import reverse
from guardian.shortcuts import assign_perm

from cases.lists import beginning
from cases.models import LEAD, Case, CaseGroupGrant, Scope
from cellule.accounts.models import User
from tests.people import acting, signed_in

PEOPLE = ("ana", "claire", "joaquin", "mireille", "omar", "paule", "luc")


@pytest.fixture
def world(db, open_inquiry):
    """Cases by what happened to them: each is told apart by who should see it."""
    ana, claire, joaquin, mireille = map(acting, ("ana", "claire", "joaquin", "mireille"))
    made = {
        "ana's": open_inquiry(ana),
        "claire's": open_inquiry(claire),
        "shared": open_inquiry(claire),
        "shared no more": open_inquiry(claire),
        "handed over": open_inquiry(claire),
        "waiting": open_inquiry(ana),
        "assigned": open_inquiry(ana),
        "closed": open_inquiry(claire),
        "mireille's": open_inquiry(mireille),
    }
    made["shared"].share(by=claire, to=joaquin.user)
    made["shared no more"].share(by=claire, to=joaquin.user)
    made["shared no more"].end_sharing(by=claire, to=joaquin.user)
    made["handed over"].begin_intake(by=claire, in_tongue="tam", with_interpreter="yes")
    made["handed over"].hand_over(by=claire, to=joaquin.user)
    made["waiting"].hand_to_unit(by=ana)
    made["assigned"].hand_to_unit(by=ana)
    made["assigned"].assign(by=mireille, to=joaquin.user)
    made["closed"].close_inquiry(by=claire, reason="withdrew")
    return made


EVERY = {"ana's", "claire's", "shared", "shared no more", "handed over", "waiting", "assigned", "closed", "mireille's"}
WORKED_BY = {
    "ana": {"ana's"},
    "claire": {"claire's", "shared", "shared no more", "closed"},
    "joaquin": {"shared", "handed over", "assigned"},
    "mireille": {"mireille's"},
}


@pytest.mark.parametrize("person", PEOPLE)
def test_what_exists_is_the_same_for_list_page_form_and_steps(world, person):
    client, user = signed_in(person), User.objects.get(email=f"{person}@cellule.example")
    names = {case.reference: name for name, case in world.items()}
    entitled = EVERY if person in ("mireille", "omar") else WORKED_BY.get(person, set())
    works = bool(user.duty.permissions & {"cases.work"})

    exists = {names[case.reference] for case in Case.objects.visible_to(user)}
    worked_by = {names[case.reference] for case in beginning(Scope.MINE, user)}
    found = {name for name, case in world.items() if _answers(client, "cases:case", case) == 200}
    written = {name for name, case in world.items() if _answers(client, "cases:new_note", case) == 200}
    refused = {_answers(client, "cases:case", case) for name, case in world.items() if name not in entitled}

    assert exists == entitled
    assert found == entitled
    assert refused == (set() if entitled == EVERY else {404 if works else 403})
    assert worked_by == WORKED_BY.get(person, set())
    assert written == worked_by - {"closed"}


@pytest.mark.parametrize("person", ["ana", "claire", "joaquin", "mireille", "omar"])
def test_pages_of_lists_name_what_exists(world, person):
    client, user = signed_in(person), User.objects.get(email=f"{person}@cellule.example")
    open_ones = {name for name, case in world.items() if case.is_open}
    supervises = user.has_perm("cases.supervise")

    shown = {address: _listed(client, world, address) for address in ("cases:cases", "cases:unit", "cases:unassigned")}
    closed = _listed(client, world, "cases:cases", "?etape=closed")

    assert shown["cases:cases"] == WORKED_BY.get(person, set()) & open_ones
    assert shown["cases:unit"] == (open_ones if supervises else 403)
    assert shown["cases:unassigned"] == ({"waiting"} if supervises else 403)
    assert closed == WORKED_BY.get(person, set()) - open_ones


@pytest.mark.parametrize("person", PEOPLE)
def test_steps_are_offered_only_where_the_case_exists(world, person):
    user = User.objects.get(email=f"{person}@cellule.example")
    visible = set(Case.objects.visible_to(user))

    offered = {case for case in world.values() if case.offers(user)}

    assert offered <= visible
    assert person not in ("mireille", "omar") or offered == visible


def test_nothing_exists_for_somebody_deactivated(world, caseworker):
    caseworker.user.is_active = False

    assert not Case.objects.visible_to(caseworker.user).exists()
    assert not Case.objects.worked_by(caseworker.user).exists()
    assert not Case.objects.shared_with(caseworker.user).exists()
    assert not Case.objects.get(pk=world["claire's"].pk).is_led_by(caseworker.user)


def test_unit_still_finds_the_cases_of_a_lead_who_has_left(case, caseworker):
    User.objects.filter(pk=caseworker.user.pk).update(is_active=False)

    assert list(Case.objects.under(caseworker.user.pk)) == [case]


def test_grant_to_the_organisation_reaches_its_people(case, other_caseworker):
    assign_perm(LEAD, other_caseworker.user.organisation.group, case)

    assert list(Case.objects.visible_to(other_caseworker.user)) == [case]
    assert Case.objects.get().is_led_by(other_caseworker.user)
    assert CaseGroupGrant.objects.count() == 1


def test_case_granted_twice_is_listed_once(case, caseworker):
    assign_perm(LEAD, caseworker.user.organisation.group, case)

    assert list(Case.objects.visible_to(caseworker.user)) == [case]


def test_case_under_other_keys_than_the_unit_s_does_not_exist_for_a_supervisor(owner_connection, case, supervisor):
    owner_connection.execute("UPDATE cases_case SET key_holder = %s", [uuid.uuid4()])

    assert not Case.objects.visible_to(supervisor.user).exists()


def _answers(client, address: str, case: Case) -> int:
    return client.get(reverse(address, args=[case.reference])).status_code


def _listed(client, world, address: str, query: str = "") -> set[str] | int:
    page = client.get(reverse(address) + query)
    if page.status_code != 200:
        return page.status_code
    names = {case.reference: name for name, case in world.items()}
    return {names[line.case.reference] for line in page.context["lines"]}
