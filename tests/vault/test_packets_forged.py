"""Who can write to the database moves and plants the wraps of packets: nothing opens that was not sent there.

HPKE proves no sender: a key in an agency's post box counts only with the signature of a member of the unit.
"""

import secrets
import struct
import uuid
from dataclasses import dataclass, replace

import pytest
from django.db import transaction

from cellule.vault import membership, rosters
from cellule.vault.identities import GroupRoot, Identity, decode_box
from cellule.vault.models import HolderKeys, OwnerKey
from cellule.vault.owner_keys import binding_of, owner_keys, wrapped_key
from cellule.vault.posted import opened_key, posted_key
from cellule.vault.rosters import Member
from cellule.vault.sealing import CannotOpen, UnknownFormat, wrap_to
from cellule.vault.senders import Forged
from cellule.vault.shared_keys import made_for
from cellule.vault.unlocked import NotAMember, group_id
from tests.vault import parcels
from tests.vault.parcels import ENVELOPE, Parcel, open_parcels, send, texts, words, wraps_of, write

pytestmark = pytest.mark.django_db

SENT = ["demande, envelope", "demande, agreed"]


@pytest.fixture
def clinic(db) -> uuid.UUID:
    return parcels.clinic()


@pytest.fixture
def clinic_group(clinic) -> uuid.UUID:
    return parcels.group_of(clinic)


@pytest.fixture
def shelter_group(db) -> uuid.UUID:
    return parcels.group_of(parcels.shelter())


@pytest.fixture
def parcel(caseworker, clinic) -> Parcel:
    return send(caseworker, clinic)


# --- Wraps moved about ------------------------------------------------------------------------------


def _put(parcel: Parcel, holder: uuid.UUID, wrap: bytes, **changes: int) -> None:
    """Write a wrap over that of a side's envelope."""
    row = OwnerKey.objects.filter(owner=parcel.pk, compartment="envelope", holder=holder)
    assert row.update(wrap=wrap, **changes) == 1


@pytest.mark.parametrize("opened", [False, True], ids=["in the post box", "under the root"])
@pytest.mark.parametrize("origin", ["another packet", "another agency's packet", "the other part", "the unit"])
def test_wrap_of_something_else_opens_nothing_for_the_agency(
    parcel, caseworker, coordinator, other_coordinator, clinic, clinic_group, shelter_group, opened, origin
):
    another = send(caseworker, clinic)
    elsewhere = send(caseworker, other_coordinator.user.organisation_id)
    if opened:
        open_parcels(coordinator, parcel, another)
        open_parcels(other_coordinator, elsewhere)
    planted = {
        "another packet": wraps_of(another)["envelope", 1, clinic_group],
        "another agency's packet": wraps_of(elsewhere)["envelope", 1, shelter_group],
        "the other part": wraps_of(parcel)["agreed", 1, clinic_group],
        "the unit": wraps_of(parcel)["envelope", 1, parcel.key_holder],
    }[origin]

    _put(parcel, clinic_group, planted)

    with pytest.raises(CannotOpen):
        open_parcels(coordinator, parcel)
    with pytest.raises(CannotOpen):
        write(coordinator, parcel, "réponse")
    assert texts(coordinator, another) == texts(other_coordinator, elsewhere) == SENT


@pytest.mark.parametrize("opened", [False, True], ids=["in the post box", "under the root"])
@pytest.mark.parametrize("origin", ["another packet", "the other part", "the agency"])
def test_wrap_of_something_else_opens_nothing_for_the_unit(
    parcel, caseworker, coordinator, clinic, clinic_group, opened, origin
):
    another = send(caseworker, clinic)
    if opened:
        open_parcels(coordinator, parcel, another)
    planted = {
        "another packet": wraps_of(another)["envelope", 1, parcel.key_holder],
        "the other part": wraps_of(parcel)["agreed", 1, parcel.key_holder],
        "the agency": wraps_of(parcel)["envelope", 1, clinic_group],
    }[origin]

    _put(parcel, parcel.key_holder, planted)

    with pytest.raises((CannotOpen, UnknownFormat)):
        open_parcels(caseworker, parcel)
    with pytest.raises((CannotOpen, UnknownFormat)):
        write(caseworker, parcel, "question")


@pytest.mark.parametrize("opened", [False, True], ids=["in the post box", "under the root"])
@pytest.mark.parametrize("changes", [{"version": 2}, {"epoch": 2}, {"epoch": 0}], ids=str)
def test_wrap_under_another_version_or_epoch_opens_nothing(parcel, coordinator, clinic_group, opened, changes):
    if opened:
        open_parcels(coordinator, parcel)
    wrap = wraps_of(parcel)["envelope", 1, clinic_group]

    _put(parcel, clinic_group, wrap, **changes)

    with pytest.raises(CannotOpen):
        open_parcels(coordinator, parcel)
    with pytest.raises(CannotOpen):
        write(coordinator, parcel, "réponse")


@pytest.mark.parametrize("opened", [False, True], ids=["in the post box", "under the root"])
def test_another_agency_named_in_row_and_keys_opens_nothing(
    parcel, coordinator, other_coordinator, clinic_group, shelter_group, opened
):
    if opened:
        open_parcels(coordinator, parcel)
    OwnerKey.objects.filter(owner=parcel.pk, holder=clinic_group).update(holder=shelter_group)
    parcel.agency_holder = shelter_group

    with pytest.raises(CannotOpen):
        open_parcels(other_coordinator, parcel)
    with pytest.raises(CannotOpen):
        write(other_coordinator, parcel, "réponse")


def test_sides_exchanged_in_the_row_open_for_the_same_people(parcel, caseworker, coordinator, other_coordinator):
    parcel.key_holder, parcel.agency_holder = parcel.agency_holder, parcel.key_holder

    assert texts(caseworker, parcel) == texts(coordinator, parcel) == SENT
    with pytest.raises(NotAMember):
        open_parcels(other_coordinator, parcel)


@pytest.mark.parametrize("place", [0, 1, 5, 6, 22, 30, 95, -1])
def test_altered_wrap_in_the_post_box_opens_nothing(parcel, coordinator, clinic_group, place):
    wrap = bytearray(wraps_of(parcel)["envelope", 1, clinic_group])
    wrap[place] ^= 4

    _put(parcel, clinic_group, bytes(wrap))

    with pytest.raises((CannotOpen, UnknownFormat)):
        open_parcels(coordinator, parcel)


@pytest.mark.parametrize("length", [6, 40])
def test_shortened_wrap_in_the_post_box_opens_nothing(parcel, coordinator, clinic_group, length):
    _put(parcel, clinic_group, wraps_of(parcel)["envelope", 1, clinic_group][:length])

    with pytest.raises((CannotOpen, UnknownFormat)):
        open_parcels(coordinator, parcel)


def test_root_of_the_epoch_before_opens_no_key_that_is_posted_later(caseworker, coordinator, clinic, clinic_group):
    """Somebody who left kept the older root, and reads the key table."""
    older = coordinator.vault.current_root(clinic_group)
    with transaction.atomic():
        membership.turn(coordinator.vault, rosters.verified(clinic_group), coordinator.actor)
    parcel = send(caseworker, clinic)
    (row,) = [each for each in owner_keys([parcel], [ENVELOPE]) if each.holder == clinic_group]

    with pytest.raises(CannotOpen):
        opened_key(row, GroupRoot(clinic_group, row.epoch, older.root), caseworker.vault.identity.public)


# --- Keys of somebody else's making -----------------------------------------------------------------


@dataclass(frozen=True)
class Posted:
    """What a key is planted with: who the wrap says sent it, at which roster, and who really signed."""

    sender: uuid.UUID
    roster: int
    signing: Identity


def _plant(parcel: Parcel, group: uuid.UUID, named: Posted) -> None:
    """Write a key of somebody's own making into an agency's post box, whose public key anybody can read."""
    agency = rosters.verified(group).body
    row = OwnerKey.objects.get(owner=parcel.pk, compartment="envelope", holder=group)
    unit = rosters.verified(parcel.key_holder).body
    key = bytes(range(32)) + made_for((unit.group, unit.epoch), (group, agency.epoch))
    hpke = wrap_to(decode_box(agency.post_box), agency.epoch, key, binding_of(row))
    parts = [binding_of(row), named.sender.bytes, str(named.roster).encode(), hpke]
    told = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    signature = named.signing.sign(b"cellule/1/posted key\x00" + told)
    head = struct.pack(">BBI16sI64s", 1, 3, agency.epoch, named.sender.bytes, named.roster, signature)
    _put(parcel, group, head + hpke)


def test_key_that_a_member_of_the_unit_signed_is_taken(parcel, caseworker, coordinator, clinic_group):
    """So that the tests below fail for what they say; a member acting with the database is not protected from."""
    newest = rosters.verified(group_id("unit")).body.number
    _plant(parcel, clinic_group, Posted(caseworker.user.pk, newest, caseworker.vault.identity))

    answered = write(coordinator, parcel, "réponse")

    assert words(coordinator, parcel, answered) == ["réponse"]
    with pytest.raises(CannotOpen):
        words(caseworker, parcel, answered)


@pytest.mark.parametrize(
    "who",
    [
        "stranger",
        "stranger under her name",
        "intake worker",
        "colleague",
        "agency itself",
        "at a roster before her",
        "at a roster to come",
    ],
)
def test_key_that_no_member_of_the_unit_signed_is_refused(
    parcel, caseworker, other_caseworker, intake_worker, coordinator, clinic_group, who
):
    """Whoever knew the key would read every answer of the agency."""
    stranger, claire = Identity(secrets.token_bytes(32)), caseworker.user.pk
    own = uuid.uuid4()
    HolderKeys.objects.create(fingerprint=stranger.public.fingerprint, holder=own, public=stranger.public.encode())
    newest = rosters.verified(group_id("unit")).body.number
    named = {
        "stranger": Posted(own, newest, stranger),
        "stranger under her name": Posted(claire, newest, stranger),
        "intake worker": Posted(intake_worker.user.pk, newest, intake_worker.vault.identity),
        "colleague": Posted(claire, newest, other_caseworker.vault.identity),
        "agency itself": Posted(coordinator.user.pk, newest, coordinator.vault.identity),
        "at a roster before her": Posted(claire, 0, caseworker.vault.identity),
        "at a roster to come": Posted(claire, newest + 1, caseworker.vault.identity),
    }[who]

    _plant(parcel, clinic_group, named)

    with pytest.raises(Forged):
        write(coordinator, parcel, "réponse")
    with pytest.raises(Forged):
        open_parcels(coordinator, parcel)


@pytest.mark.django_db(transaction=True)
def test_public_keys_under_her_fingerprint_do_not_count(
    parcel, caseworker, coordinator, clinic_group, owner_connection
):
    """The row of the key table is replaced; its keys do not hash to what the roster pins."""
    stranger, claire = Identity(secrets.token_bytes(32)), caseworker.vault.identity.fingerprint
    newest = rosters.verified(group_id("unit")).body.number
    _plant(parcel, clinic_group, Posted(caseworker.user.pk, newest, stranger))
    owner_connection.execute(
        "UPDATE keys.vault_holderkeys SET public = %s WHERE fingerprint = %s", [stranger.public.encode(), claire]
    )

    with pytest.raises(Forged):
        write(coordinator, parcel, "réponse")


@pytest.mark.django_db(transaction=True)
def test_roster_that_was_altered_since_it_was_verified_names_nobody(
    parcel, caseworker, coordinator, clinic_group, owner_connection
):
    stranger = Identity(secrets.token_bytes(32))
    user, public = uuid.uuid4(), stranger.public
    HolderKeys.objects.create(fingerprint=public.fingerprint, holder=user, public=public.encode())
    unit = rosters.verified(parcel.key_holder).body
    altered = replace(unit, members=(*unit.members, Member(user, public.fingerprint, "caseworker")))
    _plant(parcel, clinic_group, Posted(user, unit.number, stranger))
    owner_connection.execute(
        "UPDATE keys.vault_roster SET body = %s WHERE group_id = %s AND number = %s",
        [altered.encode(), unit.group, unit.number],
    )

    with pytest.raises(Forged):
        write(coordinator, parcel, "réponse")


@pytest.mark.parametrize("side", ["agency", "unit"])
def test_unsigned_key_in_a_post_box_is_refused(parcel, caseworker, coordinator, clinic_group, side):
    """Suite 2 alone, which is how letters are sent."""
    group = clinic_group if side == "agency" else parcel.key_holder
    body = rosters.verified(group).body
    row = OwnerKey.objects.get(owner=parcel.pk, compartment="envelope", holder=group)
    _put(parcel, group, wrap_to(decode_box(body.post_box), body.epoch, bytes(range(32)), binding_of(row)))

    with pytest.raises(UnknownFormat):
        write(coordinator if side == "agency" else caseworker, parcel, "réponse")


def test_key_posted_to_the_units_own_box_is_refused(parcel, caseworker, other_caseworker):
    """The unit's wraps of what it mints itself lie under its root from the beginning: there is nothing to take out."""
    unit = rosters.verified(parcel.key_holder).body
    planted = posted_key(
        bytes(range(32)),
        decode_box(unit.post_box),
        other_caseworker.vault,
        owner=parcel.pk,
        compartment="envelope",
        version=1,
        holder=parcel.key_holder,
        epoch=unit.epoch,
    )
    _put(parcel, parcel.key_holder, bytes(planted.wrap))

    with pytest.raises(Forged):
        write(caseworker, parcel, "question")


def test_key_under_the_root_of_another_agency_is_refused(
    parcel, coordinator, other_coordinator, clinic_group, shelter_group
):
    theirs = other_coordinator.vault.current_root(shelter_group)
    planted = wrapped_key(
        bytes(range(32)),
        theirs.wrapping,
        owner=parcel.pk,
        compartment="envelope",
        version=1,
        holder=clinic_group,
        epoch=1,
    )
    _put(parcel, clinic_group, bytes(planted.wrap))

    with pytest.raises(CannotOpen):
        write(coordinator, parcel, "réponse")
