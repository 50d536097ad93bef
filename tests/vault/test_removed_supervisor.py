"""Somebody supervises no more, keeps their keys, and writes to the database: nothing new is signed in their name.

They name the roster of the unit that made them a supervisor; what they signed in their time goes on counting.
"""

import uuid
from dataclasses import replace

import pytest

from cellule.accounts.acting import Acting
from cellule.accounts.models import Organisation
from cellule.vault import membership, removal, rosters
from cellule.vault.models import KeyGroup
from cellule.vault.rosters import RosterBody, RosterRefused
from cellule.vault.unlocked import group_id
from tests.vault.newcomers import Newcomer, let_in, newcomer
from tests.vault.parcels import afresh, clinic, group_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_verification(db):
    """As a process that starts now; the other tests' processes keep what they verified."""
    rosters.forget_cache()
    yield
    rosters.forget_cache()


@pytest.fixture
def authority() -> int:
    """The roster of the unit in whose time they supervised."""
    return rosters.verified(group_id("unit")).body.number


@pytest.fixture
def entrant(administrator) -> Newcomer:
    return newcomer("agency_coordinator", by=administrator, organisation=clinic())[1]


def _removed(person: Acting, by: Acting) -> None:
    removal.remove(person.user.pk, organisation=None, by=by.actor, unlocked=by.vault)


def _demoted(person: Acting, by: Acting) -> None:
    kinds = ("intake", "unit")
    removal.change_role(by.vault, person.user.pk, role="caseworker", may_admit=False, kinds=kinds, by=by.actor)


def _without_a_key(person: Acting, by: Acting) -> None:
    """The administrator closes the account; the group turns in the next request of a member."""
    removal.remove(person.user.pk, organisation=None, by=by.actor)
    membership.settle(afresh(by).vault, by.actor)


def _plant_coordinator(by: Acting, entrant: Newcomer, authority: int) -> None:
    before = rosters.verified(group_of(clinic()))
    body = before.successor(members=(*before.body.members, entrant.member()), authority=authority)
    rosters.sign(body, (by.user.pk, by.vault.identity)).save(force_insert=True)


def _plant_agency(by: Acting, entrant: Newcomer, authority: int) -> uuid.UUID:
    organisation = Organisation.objects.create(name="Organisme fictif inventé", zone="partner")
    group = KeyGroup.objects.create(kind="agency", organisation=organisation.pk)
    body = RosterBody(
        group.pk, "agency", 0, "", 0, b"", b"", (entrant.member(),), authority, organisation=organisation.pk
    )
    rosters.sign(body, (by.user.pk, by.vault.identity)).save(force_insert=True)
    return group.pk


def test_supervisor_lets_a_coordinator_and_an_agency_in(second_supervisor, entrant, authority):
    """The control: the same hand, in its time."""
    _plant_coordinator(second_supervisor, entrant, authority)
    planted = _plant_agency(second_supervisor, entrant, authority)

    assert rosters.verified(group_of(clinic())).member(entrant.user) == entrant.member()
    assert rosters.verified(planted).member(entrant.user) == entrant.member()


@pytest.mark.parametrize("stops", [_removed, _demoted, _without_a_key])
@pytest.mark.parametrize("restarted", [True, False])
def test_who_supervises_no_more_lets_nobody_in_by_an_older_roster(
    supervisor, second_supervisor, entrant, authority, stops, restarted
):
    stops(second_supervisor, supervisor)
    _plant_coordinator(second_supervisor, entrant, authority)
    planted = _plant_agency(second_supervisor, entrant, authority)
    if restarted:
        rosters.forget_cache()

    for group in (group_of(clinic()), planted):
        with pytest.raises(RosterRefused):
            rosters.verified(group)
    assert rosters.verified_agencies()[Organisation.objects.get(name="Maison Fictive du Saule").pk] is not None


@pytest.mark.parametrize("stops", [_removed, _demoted, _without_a_key])
def test_what_they_signed_in_their_time_counts_on(supervisor, second_supervisor, administrator, entrant, stops):
    let_in(entrant, by=second_supervisor, organisation=clinic())
    agency, founder = newcomer("agency_coordinator", by=administrator)
    let_in(founder, by=second_supervisor, organisation=agency.pk)

    stops(second_supervisor, supervisor)
    rosters.forget_cache()

    assert rosters.verified(group_of(clinic())).member(entrant.user) == entrant.member()
    assert rosters.verified(group_of(agency.pk)).member(founder.user) == founder.member()


def test_roster_that_lets_a_supervisor_go_writes_down_what_was_signed(supervisor, second_supervisor):
    unit = rosters.verified(group_id("unit"))
    mine = unit.member(second_supervisor.user.pk)
    others = tuple(member for member in unit.body.members if member != mine)
    silent = unit.successor(members=(*others, replace(mine, role="caseworker", may_admit=False)))
    told = replace(silent, vouched=())

    rosters.check_next(unit, rosters.sign(told, (supervisor.user.pk, supervisor.vault.identity)), told)
    with pytest.raises(RosterRefused):
        rosters.check_next(unit, rosters.sign(silent, (supervisor.user.pk, supervisor.vault.identity)), silent)
