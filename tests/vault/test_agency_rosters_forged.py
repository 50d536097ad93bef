"""Planted, forged, replayed, older: no roster of an agency counts that does not lead over a supervisor to the pin."""

import uuid
from dataclasses import replace

import pytest

from cellule.accounts.acting import Acting
from cellule.accounts.models import Organisation
from cellule.vault import membership, rosters
from cellule.vault.identities import GroupRoot, PublicIdentity
from cellule.vault.models import GroupWrap, HolderKeys, KeyGroup, Roster
from cellule.vault.rosters import Member, RosterRefused
from cellule.vault.sealing import CannotOpen, VaultError
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


@pytest.fixture
def fresh_verification(db):
    """As a process that starts now; the other tests' processes keep what they verified."""
    rosters.forget_cache()
    yield
    rosters.forget_cache()


# --- Rosters that do not count ----------------------------------------------------------------------


@pytest.fixture
def forger(fresh_verification, clinic, administrator):
    """Write the next roster of the clinic's group into the table, whoever signs it."""

    def write(by: Acting, **changes) -> None:
        body = rosters.verified_of("agency", clinic).successor(**changes)
        rosters.sign(body, (by.user.pk, by.vault.identity)).save(force_insert=True)

    return write


@pytest.fixture
def entrant(administrator, clinic) -> Newcomer:
    return newcomer("agency_worker", by=administrator, organisation=clinic)[1]


def members_with(clinic: uuid.UUID, *added: Member) -> tuple[Member, ...]:
    return (*rosters.verified_of("agency", clinic).body.members, *added)


def authority() -> int:
    return rosters.verified_of("unit").body.number


def refuses(clinic: uuid.UUID) -> bool:
    try:
        rosters.verified_of("agency", clinic)
    except RosterRefused:
        return True
    return False


def test_what_the_coordinator_may_sign_is_accepted(forger, coordinator, entrant, clinic):
    """The control of the forgeries below: the same hand, within its rights."""
    forger(coordinator, members=members_with(clinic, entrant.member()))

    assert (refuses(clinic), entrant.user in entrant.vault().memberships) == (False, False)
    assert entrant.vault().own_group() == coordinator.vault.own_group()


def test_what_a_supervisor_may_sign_is_accepted(forger, supervisor, entrant, clinic):
    forger(supervisor, members=members_with(clinic, entrant.member("agency_coordinator")), authority=authority())

    assert refuses(clinic) is False


@pytest.mark.parametrize("name", ["solange", "thea", "mireille", "claire", "luc"])
def test_colleague_signed_in_by_somebody_else_is_refused(forger, name, entrant, clinic):
    forger(acting(name), members=members_with(clinic, entrant.member()))

    assert refuses(clinic) is True


@pytest.mark.parametrize("name", ["solange", "noor", "thea", "claire", "paule"])
def test_coordinator_signed_in_by_somebody_else_is_refused(forger, name, entrant, clinic):
    """Also when a unit roster is named as if it made them a supervisor."""
    forger(acting(name), members=members_with(clinic, entrant.member("agency_coordinator")), authority=authority())

    assert refuses(clinic) is True


@pytest.mark.parametrize("named", [None, -1, 10_000, "0", True, 1.5])
def test_supervisor_s_roster_that_names_no_unit_roster_is_refused(forger, supervisor, entrant, clinic, named):
    forger(supervisor, members=members_with(clinic, entrant.member("agency_coordinator")), authority=named)

    assert refuses(clinic) is True


def test_coordinator_makes_no_second_one(forger, coordinator, entrant, clinic):
    forger(coordinator, members=members_with(clinic, entrant.member("agency_coordinator")))

    assert refuses(clinic) is True


def test_coordinator_gives_no_worker_the_right_to_admit(forger, coordinator, entrant, clinic):
    forger(coordinator, members=members_with(clinic, replace(entrant.member(), may_admit=True)))

    assert refuses(clinic) is True


def test_worker_who_was_raised_is_refused(forger, coordinator, clinic):
    before = rosters.verified_of("agency", clinic).body.members
    raised = tuple(replace(member, role="agency_coordinator", may_admit=True) for member in before)

    forger(coordinator, members=raised)

    assert refuses(clinic) is True


def test_supervisor_signs_no_worker_in(forger, supervisor, entrant, clinic):
    forger(supervisor, members=members_with(clinic, entrant.member()), authority=authority())

    assert refuses(clinic) is True


def test_supervisor_takes_nobody_out(forger, supervisor, entrant, clinic):
    forger(supervisor, members=(entrant.member("agency_coordinator"),), authority=authority())

    assert refuses(clinic) is True


def test_supervisor_makes_no_root_of_an_agency(forger, supervisor, coordinator, clinic):
    """Else a supervisor's own post box would take what is sent to the agency."""
    epoch = rosters.verified_of("agency", clinic).body.epoch
    forger(supervisor, epoch=epoch + 1, post_box=b"box", commitment=b"c" * 32, authority=authority())

    assert refuses(clinic) is True


@pytest.mark.parametrize("role", ["supervisor", "caseworker", "auditor"])
def test_people_of_the_unit_have_no_place_in_an_agency(forger, coordinator, entrant, clinic, role):
    forger(coordinator, members=members_with(clinic, replace(entrant.member(), role=role)))

    assert refuses(clinic) is True


def test_people_of_an_agency_have_no_place_in_the_unit(fresh_verification, supervisor, second_supervisor, entrant):
    unit = rosters.verified_of("unit")
    body = unit.successor(members=(*unit.body.members, entrant.member()))
    signers = [(one.user.pk, one.vault.identity) for one in (supervisor, second_supervisor)]
    rosters.sign(body, *signers).save(force_insert=True)

    with pytest.raises(RosterRefused):
        rosters.verified_of("unit")


def test_organisation_cannot_be_changed_within_a_chain(forger, coordinator, clinic, shelter):
    forger(coordinator, organisation=shelter)

    assert refuses(clinic) is True


# --- Groups that were planted or moved --------------------------------------------------------------


def plant(agency: uuid.UUID, by: Acting, member: Member, **changes) -> uuid.UUID:
    """A group and its first roster, signed by anybody, written into the tables."""
    group = KeyGroup.objects.create(kind="agency", organisation=agency)
    body = rosters.RosterBody(
        group=group.pk,
        kind="agency",
        number=0,
        previous="",
        epoch=0,
        post_box=b"",
        commitment=b"",
        members=(member,),
        authority=authority(),
        organisation=agency,
    )
    rosters.sign(replace(body, **changes), (by.user.pk, by.vault.identity)).save(force_insert=True)
    return group.pk


@pytest.fixture
def founder(administrator) -> tuple[uuid.UUID, Member]:
    """An organisation that has nobody yet, and somebody who wants to be its coordinator."""
    agency, entrant = newcomer("agency_coordinator", by=administrator)
    return agency.pk, entrant.member()


def test_first_roster_of_a_supervisor_counts(fresh_verification, supervisor, founder):
    plant(founder[0], supervisor, founder[1])

    assert refuses(founder[0]) is False


@pytest.mark.parametrize("name", ["noor", "solange", "thea", "claire", "paule", "rose"])
def test_first_roster_of_anybody_else_is_refused(fresh_verification, name, founder):
    """A coordinator above all: nobody makes an agency of their own."""
    plant(founder[0], acting(name), founder[1])

    assert refuses(founder[0]) is True


@pytest.mark.parametrize(
    "changes",
    [
        {"organisation": None},
        {"organisation": uuid.UUID(int=9)},
        {"authority": None},
        {"epoch": 1},
        {"post_box": b"box"},
        {"kind": "unit"},
        {"members": ()},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_first_roster_that_says_something_else_is_refused(fresh_verification, supervisor, founder, changes):
    plant(founder[0], supervisor, founder[1], **changes)

    assert refuses(founder[0]) is True


@pytest.mark.parametrize("role", ["agency_worker", "supervisor"])
def test_agency_begins_with_a_coordinator(fresh_verification, supervisor, founder, role):
    plant(founder[0], supervisor, replace(founder[1], role=role))

    assert refuses(founder[0]) is True


def test_group_put_under_another_organisation_is_refused(fresh_verification, owner_connection, shelter, clinic):
    """Who writes to the table sends the clinic what is meant for the shelter: the signed roster says whose it is."""
    clinic_group = KeyGroup.objects.get(organisation=clinic).pk
    owner_connection.execute(
        "UPDATE keys.vault_keygroup SET organisation = %s WHERE organisation = %s", [uuid.uuid4(), shelter]
    )
    owner_connection.execute("UPDATE keys.vault_keygroup SET organisation = %s WHERE id = %s", [shelter, clinic_group])

    with pytest.raises(RosterRefused):
        acting("claire").vault.agency_box(shelter)


def test_rosters_of_one_agency_are_not_another_one_s(fresh_verification, owner_connection, shelter, clinic):
    groups = [KeyGroup.objects.get(organisation=organisation).pk for organisation in (clinic, shelter)]
    of_clinic = list(Roster.objects.filter(group=groups[0]).order_by("number"))
    owner_connection.execute("DELETE FROM keys.vault_roster WHERE group_id = %s", [groups[1]])
    for row in of_clinic:
        Roster.objects.create(group_id=groups[1], number=row.number, body=bytes(row.body), signatures=row.signatures)

    assert (refuses(clinic), refuses(shelter)) == (False, True)


def test_older_roster_of_an_agency_is_refused(owner_connection, clinic):
    """The newest one removed, so that a colleague who was let in since is out again, or one who was removed is in."""
    newest = rosters.verified_of("agency", clinic).body
    owner_connection.execute(
        "DELETE FROM keys.vault_roster WHERE group_id = %s AND number = %s", [newest.group, newest.number]
    )

    assert refuses(clinic) is True


def test_root_of_another_agency_misses_the_commitment(coordinator, other_coordinator):
    """Wrapped for the coordinator by somebody who knows the shelter's root."""
    theirs = other_coordinator.vault.current_root(other_coordinator.vault.own_group())
    group = coordinator.vault.own_group()
    GroupWrap.objects.filter(group=group, holder=coordinator.user.pk).delete()
    membership.wrap_for(
        GroupRoot(group, theirs.epoch, theirs.root), {coordinator.user.pk: coordinator.vault.identity.fingerprint}
    )

    with pytest.raises(CannotOpen):
        acting("noor").vault.current_root(group)


def test_planted_keys_of_a_coordinator_get_no_root(owner_connection, supervisor, clinic, administrator):
    """Public keys under the fingerprint that the roster names, which do not hash to it."""
    _, entrant = newcomer("agency_coordinator", by=administrator, organisation=clinic)
    let_in(entrant, by=supervisor, organisation=clinic)
    mine = bytes(HolderKeys.objects.get(holder=administrator.user.pk).public)
    owner_connection.execute(
        "UPDATE keys.vault_holderkeys SET public = %s WHERE fingerprint = %s", [mine, entrant.fingerprint]
    )
    noor = acting("noor")

    with pytest.raises(RosterRefused):
        membership.settle(noor.vault, noor.actor)

    assert PublicIdentity.decode(mine).fingerprint == administrator.vault.identity.fingerprint
    assert GroupWrap.objects.filter(holder=entrant.user).count() == 0


def test_refused_agency_harms_no_other_one(forger, clinic, shelter, entrant):
    forger(acting("claire"), members=members_with(clinic, entrant.member()))

    assert {organisation: bool(one) for organisation, one in rosters.verified_agencies().items()} == {
        organisation.pk: organisation.pk != clinic for organisation in Organisation.objects.filter(zone="partner")
    }
    assert acting("claire").vault.agency_box(shelter)[0].body.organisation == shelter
    assert acting("solange").vault.own_group() == KeyGroup.objects.get(organisation=shelter).pk
    with pytest.raises(VaultError):
        acting("noor").vault.own_group()
