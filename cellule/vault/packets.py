"""Packets: what the unit sends to one agency, under two keys that both sides hold (flow 9 of the vault's design).

The unit's wraps lie under its group's root, the agency's come through its post box. Until acceptance the server, not a
key, holds the agreed part back. Locks are the callers': whoever addresses, writes, moves or cuts holds the row of the
packet, and before it that of the consent; a reader holds the consent `FOR SHARE`.
"""

import datetime
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.log.models import Entry
from cellule.vault.fields import SealedDocument, record_of
from cellule.vault.identities import decode_box
from cellule.vault.models import KeyGroup, OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.owner_keys import WrappedKey, owner_keys, told_key, wrapped_key
from cellule.vault.posted import posted_key
from cellule.vault.rosters import RosterRefused, VerifiedRoster, verified, verified_with_unit
from cellule.vault.sealing import CannotOpen, VaultError, length_prefixed
from cellule.vault.senders import Forged, Sender, bodies_of, keys_in, sender_of
from cellule.vault.shared_keys import FIRST, Standing, key_for_the_agency, key_for_the_unit, made_for, ready, staying
from cellule.vault.unlocked import HeldElsewhere, NotAMember, OpenedOwner, Sealer, Unlocked

PARTS = (Compartment.ENVELOPE, Compartment.AGREED)


class Packet(Protocol):
    """A row with sealed columns in the compartments of a packet: its sides, and what the log shows of it."""

    pk: uuid.UUID
    key_holder: uuid.UUID
    agency_holder: uuid.UUID | None
    reference: str
    _meta: ClassVar[Any]


class AddressedAlready(VaultError):
    """A packet goes to one agency, once; again only when its people have lost all their keys."""


class BeyondReach(CannotOpen):
    """It was sealed for keys that the agency's people have all lost: the unit can address it again."""


@dataclass
class _Side:
    """One side of a packet, as an owner whose keys that side's group holds."""

    pk: uuid.UUID
    key_holder: uuid.UUID
    reference: str


@dataclass(frozen=True)
class Signed:
    """What a sender has put their name to: for which roster of the agency (its hash), under which consent, until when."""

    sender: uuid.UUID
    agency_roster: str
    consent: uuid.UUID
    ends_on: datetime.date


# --- Sending ----------------------------------------------------------------------------------------


def agency_roster(unlocked: Unlocked, organisation: uuid.UUID) -> VerifiedRoster:
    """The verified roster of an agency, to send to. Raises NotAMember while nobody there could open it, RosterRefused."""
    return unlocked.agency_box(organisation)[0]


def address(unlocked: Unlocked, packet: Packet, agency: VerifiedRoster) -> Sealer:
    """Mint a packet's two keys for the unit's group and the agency; gives the sealer of its columns.

    Inside the sending transaction. Raises NotAMember for who is not of the unit, or not in the group that holds the
    packet; RosterRefused for another roster than the agency's newest one; TurnIsDue while somebody who has left the
    agency could still open what goes to its post box; AddressedAlready.
    """
    group, epoch = agency.body.group, agency.body.epoch
    if agency.body.kind != KeyGroup.Kind.AGENCY or not agency.body.post_box or packet.agency_holder != group:
        raise ValueError("a packet is addressed to the agency that its row names")
    # Asked before the rest: who may not send is not told either that it was sent.
    sender_of(unlocked)
    if packet.key_holder not in unlocked.memberships:
        raise NotAMember
    if staying(group).hash != agency.hash:
        raise RosterRefused("not the newest roster of the agency")
    if OwnerKey.objects.filter(owner=packet.pk).exists():
        raise AddressedAlready
    box, own_epoch = decode_box(agency.body.post_box), unlocked.newest_epoch(packet.key_holder)
    wrapping = unlocked.wrapping_key(packet.key_holder, own_epoch)
    told = made_for((packet.key_holder, own_epoch), (group, epoch))
    rows, keys = [], {}
    for part in PARTS:
        key = secrets.token_bytes(32)
        opens: dict[str, Any] = {"owner": packet.pk, "compartment": part, "version": FIRST}
        rows.append(wrapped_key(key + told, wrapping, **opens, holder=packet.key_holder, epoch=own_epoch))
        rows.append(posted_key(key + told, box, unlocked, **opens, holder=group, epoch=epoch))
        keys[part.value] = (FIRST, AESGCM(key))
    OwnerKey.objects.bulk_create(rows)
    return Sealer(packet.pk, keys)


def is_beyond_reach(packet: Packet) -> bool:
    """Whether an agency's side is there and opens for nobody, since all its people have lost their keys; needs no key.

    Raises RosterRefused.
    """
    if packet.agency_holder is None:
        return False
    reach = verified(packet.agency_holder).reach
    return OwnerKey.objects.filter(owner=packet.pk, holder=packet.agency_holder, epoch__lt=reach).exists()


def address_again(unlocked: Unlocked, packet: Packet, agency: VerifiedRoster) -> None:
    """Put the keys of what was sent into the post box that an agency has now; the packet itself stays as it was signed.

    Inside the transaction that seals the rest of it again: what both sides wrote since, the agency opens under a new key.
    Raises as `address`, CannotOpen, and AddressedAlready while the agency can open it, or is cut off.
    """
    group, epoch = agency.body.group, agency.body.epoch
    sender_of(unlocked)
    if packet.key_holder not in unlocked.memberships:
        raise NotAMember
    if packet.agency_holder != group or staying(group).hash != agency.hash:
        raise RosterRefused("not the newest roster of the agency")
    if not is_beyond_reach(packet):
        raise AddressedAlready
    sent = [row for row in owner_keys([packet], PARTS) if (row.holder, row.version) == (packet.key_holder, FIRST)]
    if len(sent) != len(PARTS):
        raise CannotOpen
    box = decode_box(agency.body.post_box)
    OwnerKey.objects.filter(owner=packet.pk, holder=group).delete()
    OwnerKey.objects.bulk_create(
        posted_key(
            b"".join(told_key(row, unlocked.wrapping_key(row.holder, row.epoch))),
            box,
            unlocked,
            owner=packet.pk,
            compartment=row.compartment,
            version=FIRST,
            holder=group,
            epoch=epoch,
        )
        for row in ready(unlocked, {packet.pk: packet}, sent)
    )


def sign(
    unlocked: Unlocked,
    packet: Packet,
    columns: Sequence[str],
    *,
    agency_roster: str,
    consent: uuid.UUID,
    ends_on: datetime.date,
) -> dict[str, Any]:
    """Sign what lies sealed in these columns, for one agency, consent and end; gives what is stored as JSON.

    Raises NotAMember for somebody who is not of the unit, CannotOpen for an empty column.
    """
    sender = sender_of(unlocked)
    signed = Signed(unlocked.user, agency_roster, consent, ends_on)
    return {
        "v": 1,
        "sender": str(sender.user),
        "roster": sender.roster,
        "agency_roster": agency_roster,
        "consent": str(consent),
        "ends_on": ends_on.isoformat(),
        "signature": unlocked.identity.sign(_message(packet, columns, sender, signed)).hex(),
    }


def verify(packet: Packet, columns: Sequence[str], signature: Any) -> Signed:
    """Check what `sign` gave against the rosters of the unit and the agency; needs no key.

    Raises Forged unless a member of the unit, by the roster named there, has signed these very columns of this packet
    for a roster of its agency; CannotOpen for a column that was emptied; RosterRefused when a roster does not hold.
    """
    sender, signed, given = _parsed(signature)
    unit, agency = verified_with_unit(_agency(packet))
    public = keys_in(unit, [sender]).get(sender) if unit is not None else None
    if public is None or not public.verifies(given, _message(packet, columns, sender, signed)):
        raise Forged
    if agency is None:
        raise RosterRefused("no roster")
    if signed.agency_roster not in agency.history:
        raise Forged
    number = agency.history.index(signed.agency_roster)
    sealed_to = bodies_of(agency, [number]).get(number)
    if sealed_to is None or not sealed_to.post_box:
        raise Forged
    return signed


def _parsed(signature: Any) -> tuple[Sender, Signed, bytes]:
    try:
        if signature["v"] != 1 or type(signature["roster"]) is not int:
            raise Forged
        sender = Sender(uuid.UUID(signature["sender"]), signature["roster"])
        signed = Signed(
            sender.user,
            str(signature["agency_roster"]),
            uuid.UUID(signature["consent"]),
            datetime.date.fromisoformat(signature["ends_on"]),
        )
        return sender, signed, bytes.fromhex(signature["signature"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Forged from None


def _message(packet: Packet, columns: Sequence[str], sender: Sender, signed: Signed) -> bytes:
    """What is signed: nothing of the case, so that a move changes nothing."""
    sealed = [part for column in columns for part in _record(packet, column)]
    return b"cellule/1/packet\x00" + length_prefixed(
        packet.pk.bytes,
        _agency(packet).bytes,
        sender.user.bytes,
        str(sender.roster).encode(),
        signed.agency_roster.encode(),
        signed.consent.bytes,
        signed.ends_on.isoformat().encode(),
        *sealed,
    )


def _agency(packet: Packet) -> uuid.UUID:
    if packet.agency_holder is None:
        raise Forged
    return packet.agency_holder


def _record(packet: Packet, column: str) -> tuple[bytes, bytes]:
    """The contract of a column and the sealed bytes in it, read from the database or just sealed."""
    field: SealedDocument = packet._meta.get_field(column)
    value = packet.__dict__.get(field.attname)
    record = value if type(value) is bytes else record_of(getattr(packet, column))
    return field.contract.encode(), record


# --- Opening and writing, for either side -----------------------------------------------------------


def open_packet(unlocked: Unlocked, packet: Packet, compartments: Sequence[Compartment], entry: Entry) -> OpenedOwner:
    """Open compartments of a packet for the side this person belongs to, under an entry that names it.

    Raises NotAMember for who is of neither side, CannotOpen, Forged, and ValueError for an entry about something else.
    A side whose keys are gone gets none: reading then raises CannotOpen.
    """
    return open_packets(unlocked, [packet], compartments, entry)[packet.pk]


def open_packets(
    unlocked: Unlocked, packets: Sequence[Packet], compartments: Sequence[Compartment], entry: Entry
) -> dict[uuid.UUID, OpenedOwner]:
    """Open compartments of a list of packets under one entry that names each; raises as `open_packet`."""
    sides = {packet.pk: _side(unlocked, packet) for packet in packets}
    rows = owner_keys(list(sides.values()), compartments)
    own = [row for row in rows if row.holder == sides[row.owner].key_holder]
    _expect_within_reach(unlocked, own)
    kept = ready(unlocked, {packet.pk: packet for packet in packets}, own)
    return unlocked.open_named(list(sides.values()), kept, entry)


def writer(unlocked: Unlocked, packet: Packet, compartment: Compartment) -> Sealer:
    """Give the key for writing that both sides hold, so that each reads what the other writes.

    One is minted for both when somebody has left either side since, or the packet was moved; once the agency is cut off
    the unit writes under keys of its own, which copies of the agency's keys do not open. Inside the act's transaction.
    Raises NotAMember for who is of neither side, CannotOpen when its key is gone, TurnIsDue while either side's root is
    still to turn, and for an intake worker where a caseworker has to mint the key.
    """
    return writers(unlocked, [packet], compartment)[packet.pk]


def writers(unlocked: Unlocked, packets: Sequence[Packet], compartment: Compartment) -> dict[uuid.UUID, Sealer]:
    """Give what `writer` does for each of many packets, in as many statements for many as for one; raises as it does."""
    sides = {packet.pk: _side(unlocked, packet) for packet in packets}
    found: dict[uuid.UUID, list[WrappedKey]] = {pk: [] for pk in sides}
    for row in owner_keys(list(sides.values()), [compartment]):
        found[row.owner].append(row)
    standing, given = Standing(unlocked), {}
    for packet in packets:
        side, rows = sides[packet.pk], found[packet.pk]
        _expect_within_reach(unlocked, [row for row in rows if row.holder == side.key_holder])
        if not any(row.holder == side.key_holder for row in rows):
            raise HeldElsewhere if rows and side.key_holder == packet.key_holder else CannotOpen
        key_for = key_for_the_agency if side.key_holder == packet.agency_holder else key_for_the_unit
        version, key = key_for(standing, packet, rows)
        given[packet.pk] = Sealer(packet.pk, {compartment.value: (version, AESGCM(key))})
    standing.keep()
    return given


def _expect_within_reach(unlocked: Unlocked, own: Sequence[WrappedKey]) -> None:
    """Raise BeyondReach for keys of an agency whose people have all lost what opened them."""
    if unlocked.organisation is not None and any(row.epoch < unlocked.rosters[row.holder].reach for row in own):
        raise BeyondReach


def _side(unlocked: Unlocked, packet: Packet) -> _Side:
    for holder in (packet.key_holder, packet.agency_holder):
        if holder is not None and holder in unlocked.memberships:
            return _Side(packet.pk, holder, packet.reference)
    raise NotAMember


# --- Ending and moving ------------------------------------------------------------------------------


def cut(packet: uuid.UUID, agency_holder: uuid.UUID) -> int:
    """End an agency's side of a packet, which takes no key; gives how many wraps were deleted.

    Inside the caller's transaction: of the decline, the expiry, the recall, the withdrawal. What the agency has read is
    read, and copies that it kept of its keys still open it; what is written from now on they do not.
    """
    return OwnerKey.objects.filter(owner=packet, holder=agency_holder).delete()[0]


def cut_all(packets: Sequence[Packet]) -> int:
    """End the agencies' sides of many packets in one statement; as `cut`."""
    holders = {packet.agency_holder for packet in packets if packet.agency_holder is not None}
    return OwnerKey.objects.filter(owner__in=[packet.pk for packet in packets], holder__in=holders).delete()[0]


def move_packet(unlocked: Unlocked, packet: Packet, to_group: uuid.UUID) -> None:
    """Give the unit's wraps of a packet to another group of the unit, with its case; the agency's side stays as it is.

    Inside the caller's transaction, which then sets `packet.key_holder` and saves it. Each side mints the key under
    which it writes next: whoever knew the older ones may not be in the new group. Raises NotAMember unless the person
    is in both groups, CannotOpen; nothing is changed then.
    """
    if not unlocked.memberships.keys() >= {packet.key_holder, to_group}:
        raise NotAMember
    if to_group == packet.key_holder:
        return
    rows = list(OwnerKey.objects.select_for_update().filter(owner=packet.pk).order_by("pk"))
    held = [row for row in rows if row.holder == packet.key_holder]
    # As when a case is moved: which keys are the good ones nobody can tell, so none is deleted.
    if (rows and not held) or any(row.holder == to_group for row in rows):
        raise HeldElsewhere
    epoch = unlocked.newest_epoch(to_group)
    wrapping = unlocked.wrapping_key(to_group, epoch)
    own = [row for row in owner_keys([packet], PARTS) if row.holder == packet.key_holder]
    moved = [
        wrapped_key(
            b"".join(told_key(row, unlocked.wrapping_key(row.holder, row.epoch))),
            wrapping,
            owner=row.owner,
            compartment=row.compartment,
            version=row.version,
            holder=to_group,
            epoch=epoch,
        )
        for row in ready(unlocked, {packet.pk: packet}, own)
    ]
    OwnerKey.objects.filter(pk__in=[row.pk for row in held]).delete()
    OwnerKey.objects.bulk_create(moved)
