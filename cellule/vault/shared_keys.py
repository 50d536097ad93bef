"""Keys that the two sides of a packet share, and who may write under which after somebody has left either side.

The version says who minted a key: the unit for both (1, 4, 7 …), the unit for itself once the agency is cut off
(2, 5, 8 …), the agency for both (3, 6, 9 …). Each side writes under what it minted itself, or under the first version,
and only while it is made for both sides as they stand, group and epoch, which is sealed beside it: somebody who has left, on whichever side, knows neither that
key nor can pass another one off as the other side's.
"""

import enum
import secrets
import uuid
from collections.abc import Sequence
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from cellule.vault import rosters
from cellule.vault.departures import left_out, stays
from cellule.vault.identities import decode_box
from cellule.vault.models import OwnerKey
from cellule.vault.owner_keys import WrappedKey, told_key, wrapped_key
from cellule.vault.posted import SUITE_POSTED, posted_key, taken_out
from cellule.vault.rosters import RosterRefused, VerifiedRoster
from cellule.vault.sealing import CannotOpen, wrap_suite
from cellule.vault.senders import Forged, Sender, agency_sender_of, sender_of
from cellule.vault.unlocked import NotAMember, TurnIsDue, Unlocked

# A group, and its epoch.
type _Side = tuple[uuid.UUID, int]

# The version that a packet is sent under; both sides write on under it until somebody leaves.
FIRST = 1

# Who may hold a case, and the unit's side of its packets. An agency posts its keys to no other group.
_OF_THE_UNIT = {"intake", "unit", "circle"}


class Minted(enum.IntEnum):
    """Who minted a version: its remainder by three."""

    BY_AGENCY = 0
    BY_UNIT = 1
    ALONE = 2

    @classmethod
    def of(cls, version: int) -> "Minted":
        return cls(version % len(cls))

    def after(self, version: int) -> int:
        """The next version of this kind."""
        return next(number for number in range(version + 1, version + 1 + len(Minted)) if Minted.of(number) is self)


class Sides(Protocol):
    """A packet as its keys see it."""

    pk: uuid.UUID
    key_holder: uuid.UUID
    agency_holder: uuid.UUID | None


class Standing:
    """Both sides of packets as they stay to the end of the transaction that writes; each group is asked once.

    Keys that writing mints wait here until `keep`.
    """

    def __init__(self, unlocked: Unlocked) -> None:
        self.unlocked = unlocked
        self._epochs: dict[uuid.UUID, int] = {}
        self._others: dict[uuid.UUID, VerifiedRoster] = {}
        self._minted: list[OwnerKey] = []

    def epoch(self, group: uuid.UUID) -> int:
        """The newest epoch of the writer's own group. Raises NotAMember, TurnIsDue."""
        if group not in self._epochs:
            self._epochs[group] = self.unlocked.newest_epoch(group)
        return self._epochs[group]

    def other(self, group: uuid.UUID) -> VerifiedRoster:
        """The newest roster of the other side. Raises RosterRefused, TurnIsDue."""
        if group not in self._others:
            self._others[group] = staying(group)
        return self._others[group]

    def mint(self, *rows: OwnerKey) -> None:
        self._minted.extend(rows)

    def keep(self) -> None:
        """Write down what was minted."""
        if self._minted:
            OwnerKey.objects.bulk_create(self._minted)
            self._minted = []


# Where it says which agency; each side is 16 bytes of group and 4 of epoch.
_AGENCY_TOLD = slice(20, 36)


def made_for(unit: _Side, agency: _Side | None) -> bytes:
    """For whom a key is made: the group and epoch of each side that holds it. Lies sealed beside the key, in every wrap.

    Whoever writes to the database may let a packet name another agency, bring a side's wraps under another epoch's
    number, or have a packet moved: what is sealed here does not match then, and nobody writes on under that key.
    """
    return b"".join(group.bytes + epoch.to_bytes(4, "big") for group, epoch in filter(None, (unit, agency)))


def ready(unlocked: Unlocked, packets: dict[uuid.UUID, Sides], own: Sequence[WrappedKey]) -> list[WrappedKey]:
    """One side's wraps under its root, for good: what the other side minted may still lie in the post box.

    Raises Forged for what the other side did not put there, NotAMember, CannotOpen.
    """
    is_agency = unlocked.organisation is not None
    posted = Minted.BY_UNIT if is_agency else Minted.BY_AGENCY
    for row in own:
        if wrap_suite(row.wrap) == SUITE_POSTED and Minted.of(row.version) is not posted:
            raise Forged

    def other_side(row: WrappedKey) -> VerifiedRoster | None:
        agency = packets[row.owner].agency_holder
        return None if is_agency or agency is None else rosters.verified(agency)

    return taken_out(unlocked, own, other_side)


def key_for_the_agency(standing: Standing, packet: Sides, rows: Sequence[WrappedKey]) -> tuple[int, bytes]:
    """The version and key under which a member of the agency writes; mints one when somebody has left either side or
    the packet was moved.

    `rows`: of one compartment, of both sides. Raises CannotOpen once the agency is cut off, TurnIsDue, Forged.
    """
    unlocked, group = standing.unlocked, packet.agency_holder
    if group is None or any(Minted.of(row.version) is Minted.ALONE for row in rows):
        # Its wraps were deleted, and somebody put them back: the unit has turned to a key of its own since.
        raise CannotOpen
    epoch, unit = standing.epoch(group), standing.other(packet.key_holder)
    if unit.body.kind not in _OF_THE_UNIT:
        raise RosterRefused("no group of the unit")
    may = [row for row in rows if row.version == FIRST or Minted.of(row.version) is Minted.BY_AGENCY]
    sides = made_for((unit.body.group, unit.body.epoch), (group, epoch))
    # Whose last key does not open is in no state to write on.
    last, key, told = _newest(unlocked, packet, [row for row in may if row.holder == group])
    if told == sides and _is_held(rows, last, packet.key_holder):
        return last, key
    key, opens = secrets.token_bytes(32), _next(packet, rows, Minted.BY_AGENCY)
    own = wrapped_key(key + sides, unlocked.wrapping_key(group, epoch), **opens, holder=group, epoch=epoch)
    standing.mint(own, _posted(key + sides, unit, unlocked, agency_sender_of(unlocked), **opens))
    return opens["version"], key


def key_for_the_unit(standing: Standing, packet: Sides, rows: Sequence[WrappedKey]) -> tuple[int, bytes]:
    """The version and key under which a member of the unit writes; mints one when somebody has left either side or the
    packet was moved, and one that the agency never held once it is cut off.

    `rows`: of one compartment, of both sides. Raises CannotOpen, TurnIsDue, Forged.
    """
    unlocked, epoch = standing.unlocked, standing.epoch(packet.key_holder)
    own, group = (packet.key_holder, epoch), packet.agency_holder
    alone = [row for row in rows if Minted.of(row.version) is Minted.ALONE]
    if group is None or alone or all(row.holder != group for row in rows):
        sides, minted = made_for(own, None), Minted.ALONE
        if alone:
            last, key, told = _newest(unlocked, packet, alone)
            if told == sides:
                return last, key
    else:
        agency, minted = standing.other(group), Minted.BY_UNIT
        sides = made_for(own, (group, agency.body.epoch))
        mine = [row for row in rows if row.holder == packet.key_holder and Minted.of(row.version) is minted]
        last, key, told = _newest(unlocked, packet, mine)
        if told == sides and _is_held(rows, last, group):
            return last, key
        if told[_AGENCY_TOLD] != group.bytes:
            # The unit shared the last one with another agency.
            raise Forged
    key, opens = secrets.token_bytes(32), _next(packet, rows, minted)
    kept = wrapped_key(key + sides, unlocked.wrapping_key(*own), **opens, holder=own[0], epoch=epoch)
    if minted is Minted.BY_UNIT:
        standing.mint(kept, _posted(key + sides, agency, unlocked, _sender(unlocked), **opens))
    else:
        standing.mint(kept)
    return opens["version"], key


def _newest(unlocked: Unlocked, packet: Sides, own: Sequence[WrappedKey]) -> tuple[int, bytes, bytes]:
    """The newest of one side's keys: version, key, and for whom it was made. Raises CannotOpen when there is none."""
    if not own:
        raise CannotOpen
    (row,) = ready(unlocked, {packet.pk: packet}, [max(own, key=lambda row: row.version)])
    return row.version, *told_key(row, unlocked.wrapping_key(row.holder, row.epoch))


def _is_held(rows: Sequence[WrappedKey], version: int, side: uuid.UUID) -> bool:
    return any((row.version, row.holder) == (version, side) for row in rows)


def _sender(unlocked: Unlocked) -> Sender:
    """How a person of the unit signs a new key for an agency; who takes first calls does not (TurnIsDue)."""
    try:
        return sender_of(unlocked)
    except NotAMember:
        raise TurnIsDue([_("The keys have changed since the last message. A caseworker has to write first.")]) from None


def staying(group: uuid.UUID) -> VerifiedRoster:
    """The roster of the other side, as it stays to the transaction's end. Raises RosterRefused, TurnIsDue."""
    _number, departed = stays(group)
    roster = rosters.verified(group)
    if left_out(roster, departed):
        sentence = _(
            "Somebody has just left the other side. It can be written to once a colleague there has signed in."
        )
        raise TurnIsDue([sentence])
    return roster


def _next(packet: Sides, rows: Sequence[WrappedKey], minted: Minted) -> dict[str, Any]:
    newest = max(row.version for row in rows)
    return {"owner": packet.pk, "compartment": rows[0].compartment, "version": minted.after(newest)}


def _posted(key: bytes, to: VerifiedRoster, by: Unlocked, sender: Sender, **opens: Any) -> OwnerKey:
    box = decode_box(to.body.post_box)
    return posted_key(key, box, by, sender, **opens, holder=to.body.group, epoch=to.body.epoch)
