"""Each agency has a group of its own: a supervisor signs its coordinator in, holds no key of it, and nobody else does."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from audit.log.models import Entry
from cellule.accounts.acting import Acting
from cellule.accounts.models import Organisation
from cellule.vault import membership, rosters
from cellule.vault.identities import HOUSE
from cellule.vault.letters import new_salt, open_letter, write_to
from cellule.vault.models import GroupWrap, KeyGroup, Roster
from cellule.vault.sealing import CannotOpen, unwrap_from, wrap_to
from cellule.vault.unlocked import NotAMember, Unlocked, group_id
from tests.people import acting
from tests.vault.newcomers import Newcomer, let_in, newcomer

CLINIC, SHELTER = "Clinique juridique fictive du Phare", "Maison Fictive du Saule"

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(db) -> uuid.UUID:
    return Organisation.objects.get(name=CLINIC).pk


@pytest.fixture
def shelter(db) -> uuid.UUID:
    return Organisation.objects.get(name=SHELTER).pk


# --- What the fictional agencies have, who came in the way that people do ---------------------------


def test_each_agency_has_its_own_group_and_root(coordinator, agency_worker, other_coordinator):
    roots = [one.vault.current_root(one.vault.own_group()) for one in (coordinator, agency_worker, other_coordinator)]

    assert roots[0].root == roots[1].root
    assert roots[0].root != roots[2].root
    assert (roots[0].group == roots[2].group, {root.epoch for root in roots}) == (False, {1})


def test_root_of_an_agency_lies_for_its_members_alone(coordinator, agency_worker):
    """Every group of the house has a wrap for the house root; no agency has one."""
    wraps = GroupWrap.objects.filter(group=coordinator.vault.own_group())
    of_house = GroupWrap.objects.filter(holder=HOUSE).values_list("group__kind", flat=True)

    assert set(wraps.values_list("holder", flat=True)) == {coordinator.user.pk, agency_worker.user.pk}
    assert sorted(of_house) == ["auditors", "intake", "privacy", "unit"]


def test_who_let_the_coordinator_in_opens_nothing_of_the_agency(supervisor, coordinator):
    group = coordinator.vault.own_group()

    with pytest.raises(NotAMember):
        supervisor.vault.current_root(group)
    with pytest.raises(NotAMember):
        supervisor.vault.group_of(coordinator.user.organisation_id)
    assert set(supervisor.vault.rosters) == set(KeyGroup.objects.filter(organisation=None).values_list("pk", flat=True))


def test_agencies_hold_no_roster_but_their_own(coordinator, other_coordinator):
    own = [
        [roster.body.organisation for roster in one.vault.rosters.values()] for one in (coordinator, other_coordinator)
    ]

    assert own == [[coordinator.user.organisation_id], [other_coordinator.user.organisation_id]]
    with pytest.raises(NotAMember):
        coordinator.vault.group_of(other_coordinator.user.organisation_id)
    with pytest.raises(NotAMember):
        coordinator.vault.current_root(other_coordinator.vault.own_group())


def test_people_of_the_unit_are_in_no_agency(supervisor, caseworker):
    for person in (supervisor, caseworker):
        with pytest.raises(NotAMember):
            person.vault.own_group()


def test_account_moved_to_another_organisation_opens_nothing_there(coordinator, shelter):
    """An UPDATE of the accounts' table: the rosters of the shelter know nothing of it."""
    moved = Unlocked(coordinator.user.pk, "agency_coordinator", coordinator.vault.identity, shelter)

    assert moved.memberships == {}
    with pytest.raises(NotAMember):
        moved.own_group()
    with pytest.raises(NotAMember):
        moved.current_root(coordinator.vault.own_group())


def test_account_moved_into_the_unit_opens_nothing_there(coordinator):
    moved = Unlocked(coordinator.user.pk, "agency_coordinator", coordinator.vault.identity)

    assert moved.memberships == {}
    with pytest.raises(NotAMember):
        moved.current_root(group_id("unit"))


# --- Sending ----------------------------------------------------------------------------------------


def test_box_of_an_agency_is_opened_by_its_people_alone(
    caseworker, coordinator, agency_worker, other_coordinator, clinic
):
    roster, box = caseworker.vault.agency_box(clinic)
    with transaction.atomic():
        letter = write_to(roster, "test", uuid.uuid4(), {"text": "Pour la clinique."}, new_salt())

    root = coordinator.vault.current_root(coordinator.vault.own_group())
    assert unwrap_from(root.post_box, wrap_to(box, 1, b"key", b"binding"), b"binding") == b"key"
    assert (roster.body.organisation, roster.body.epoch) == (clinic, root.epoch)
    assert [open_letter(one.vault, letter)[0]["text"] for one in (coordinator, agency_worker)] == [
        "Pour la clinique."
    ] * 2
    for stranger in (caseworker, acting("mireille"), other_coordinator):
        with pytest.raises(NotAMember):
            open_letter(stranger.vault, letter)


def test_agency_without_a_root_can_be_sent_nothing(caseworker, supervisor, administrator):
    agency, entrant = newcomer("agency_coordinator", by=administrator)
    for_nobody = Organisation.objects.create(name="Sans personne")

    let_in(entrant, by=supervisor, organisation=agency.pk)

    for organisation in (agency, for_nobody):
        with pytest.raises(NotAMember):
            caseworker.vault.agency_box(organisation.pk)
    membership.settle(entrant.vault(), entrant.actor)
    assert caseworker.vault.agency_box(agency.pk)[0].body.epoch == 1


def test_unit_is_no_agency_that_could_be_sent_to(caseworker):
    with pytest.raises(NotAMember):
        caseworker.vault.agency_box(Organisation.objects.get(zone="unit").pk)


# --- Joining ----------------------------------------------------------------------------------------


def test_supervisor_signs_the_first_roster_and_the_coordinator_makes_the_root(supervisor, administrator):
    agency, entrant = newcomer("agency_coordinator", by=administrator)

    assert let_in(entrant, by=supervisor, organisation=agency.pk) is True

    first = rosters.verified_of("agency", agency.pk)
    assert (first.body.number, first.body.epoch, first.body.post_box) == (0, 0, b"")
    assert [member.user for member in first.body.members] == [entrant.user]
    assert first.body.authority == rosters.verified_of("unit").body.number
    assert GroupWrap.objects.filter(group=first.body.group).count() == 0

    assert membership.settle(entrant.vault(), entrant.actor) is True

    second = rosters.verified_of("agency", agency.pk)
    assert (second.body.number, second.body.epoch, second.body.authority) == (1, 1, None)
    assert entrant.vault().current_root(first.body.group).public_post_box == second.body.post_box
    logged = Entry.objects.filter(subject_type="vault.roster", reference__in=second.history).order_by("pk")
    assert [(one.action, one.actor_id) for one in logged] == [
        ("vault.roster_signed", str(supervisor.user.pk)),
        ("vault.root_made", str(entrant.user)),
    ]


def test_coordinator_lets_a_colleague_in_who_then_opens_the_root(coordinator, clinic, administrator):
    _, entrant = newcomer("agency_worker", by=administrator, organisation=clinic)

    assert let_in(entrant, by=coordinator, organisation=clinic) is True

    group = coordinator.vault.own_group()
    assert entrant.vault().current_root(group).root == coordinator.vault.current_root(group).root


@pytest.mark.parametrize(
    ("name", "role", "into"),
    [
        ("solange", "agency_worker", CLINIC),
        ("solange", "agency_coordinator", CLINIC),
        ("noor", "agency_coordinator", CLINIC),
        ("thea", "agency_worker", CLINIC),
        ("thea", "agency_coordinator", CLINIC),
        ("mireille", "agency_worker", CLINIC),
        ("claire", "agency_coordinator", CLINIC),
        ("paule", "agency_coordinator", CLINIC),
        ("luc", "agency_coordinator", CLINIC),
    ],
)
def test_nobody_else_lets_anybody_in(name, role, into, administrator):
    agency = Organisation.objects.get(name=into).pk
    _, entrant = newcomer(role, by=administrator, organisation=agency)
    before = Roster.objects.count()

    with pytest.raises(membership.MayNotAdmit):
        let_in(entrant, by=acting(name), organisation=agency)

    assert Roster.objects.count() == before


def test_supervisor_with_the_wrong_words_lets_nobody_in(supervisor, administrator):
    agency, entrant = newcomer("agency_coordinator", by=administrator)

    with pytest.raises(membership.WrongWords):
        let_in(replace(entrant, fingerprint="ab" * 32), by=supervisor, organisation=agency.pk)

    assert rosters.verified_of("agency", agency.pk) is None


@pytest.mark.django_db(transaction=True)
def test_two_supervisors_at_once_make_one_group(administrator):
    agency, entrant = newcomer("agency_coordinator", by=administrator)
    supervisors = [acting("mireille"), acting("omar")]

    def admit(supervisor: Acting) -> bool:
        try:
            return let_in(entrant, by=supervisor, organisation=agency.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        done = list(both.map(admit, supervisors))

    assert done == [True, True]
    assert KeyGroup.objects.filter(organisation=agency.pk).count() == 1
    assert rosters.verified_of("agency", agency.pk).body.number == 0


# --- A second coordinator ---------------------------------------------------------------------------


def test_second_coordinator_gets_the_root_from_a_colleague(supervisor, coordinator, clinic, administrator):
    _, entrant = newcomer("agency_coordinator", by=administrator, organisation=clinic)
    group = coordinator.vault.own_group()

    let_in(entrant, by=supervisor, organisation=clinic)

    assert (group in entrant.vault().memberships, entrant.vault().holds_root(group)) == (True, False)
    with pytest.raises(CannotOpen):
        entrant.vault().current_root(group)
    assert membership.settle(entrant.vault(), entrant.actor) is False

    assert membership.settle(acting("thea").vault, acting("thea").actor) is True

    assert entrant.vault().current_root(group).root == coordinator.vault.current_root(group).root
    assert entrant.vault().memberships[group].may_admit is True


def test_root_is_passed_on_once(supervisor, clinic, administrator):
    _, entrant = newcomer("agency_coordinator", by=administrator, organisation=clinic)
    let_in(entrant, by=supervisor, organisation=clinic)
    noor, thea = acting("noor"), acting("thea")
    number = rosters.verified_of("agency", clinic).body.number

    done = [membership.settle(one.vault, one.actor) for one in (noor, thea, noor)]

    assert done == [True, False, False]
    assert rosters.verified_of("agency", clinic).body.number == number + 1


def test_two_coordinators_before_there_is_a_root_both_get_it(supervisor, administrator):
    agency, first = newcomer("agency_coordinator", by=administrator)
    _, second = newcomer("agency_coordinator", by=administrator, organisation=agency.pk)
    for entrant in (first, second):
        let_in(entrant, by=supervisor, organisation=agency.pk)

    membership.settle(second.vault(), second.actor)

    group = rosters.verified_of("agency", agency.pk).body.group
    assert first.vault().current_root(group).root == second.vault().current_root(group).root


def test_supervisor_who_lets_the_same_coordinator_in_again_changes_nothing(supervisor, coordinator, clinic):
    before = Roster.objects.count()
    known = Newcomer(coordinator.user.pk, "agency_coordinator", coordinator.vault.identity, clinic)

    assert let_in(known, by=supervisor, organisation=clinic) is True

    assert Roster.objects.count() == before


# --- What the tables refuse -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "organisation"),
    [("agency", None), ("unit", uuid.UUID(int=1)), ("unit", None), ("auditors", None)],
)
def test_house_has_one_group_of_a_kind_and_agencies_name_theirs(kind, organisation):
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyGroup.objects.create(kind=kind, organisation=organisation)


def test_agency_has_one_group(clinic):
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyGroup.objects.create(kind="agency", organisation=clinic)
