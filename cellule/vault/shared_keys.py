"""Keys that the two sides of a packet share, and who may write under which after somebody has left either side.

The version says who minted a key: the unit for both (1, 4, 7 …), the unit for itself once the agency is cut off
(2, 5, 8 …), the agency for both (3, 6, 9 …). Each side writes under what it minted itself, or under the first version,
and only while both sides hold it under their newest roots: somebody who has left, on whichever side, knows neither that
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
from cellule.vault.models import KeyGroup, OwnerKey
from cellule.vault.owner_keys import WrappedKey, told_key, wrapped_key
from cellule.vault.posted import SUITE_POSTED, posted_key, taken_out
from cellule.vault.rosters import RosterRefused, VerifiedRoster
from cellule.vault.sealing import CannotOpen, wrap_suite
from cellule.vault.senders import Forged, agency_sender_of, sender_of
from cellule.vault.unlocked import TurnIsDue, Unlocked

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


def units_wrap(key: bytes, packet: Sides, unlocked: Unlocked, epoch: int, **opens: Any) -> OwnerKey:
    """The unit's row of a key that it mints (not saved): which agency it is shared with is sealed beside it.

    Whoever writes to the database may let a packet's row name another agency; it is not given the next key.
    """
    shared_with = packet.agency_holder.bytes if packet.agency_holder else b""
    wrapping = unlocked.wrapping_key(packet.key_holder, epoch)
    return wrapped_key(key + shared_with, wrapping, **opens, holder=packet.key_holder, epoch=epoch)


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


def key_for_the_agency(unlocked: Unlocked, packet: Sides, rows: Sequence[WrappedKey]) -> tuple[int, bytes]:
    """The version and key under which a member of the agency writes; mints one when somebody has left either side.

    `rows`: of one compartment, of both sides. Raises CannotOpen once the agency is cut off, TurnIsDue, Forged.
    """
    group = packet.agency_holder
    if group is None or any(Minted.of(row.version) is Minted.ALONE for row in rows):
        # Its wraps were deleted, and somebody put them back: the unit has turned to a key of its own since.
        raise CannotOpen
    epoch, unit = unlocked.newest_epoch(group), _newest(packet.key_holder)
    may = [row for row in rows if row.version == FIRST or Minted.of(row.version) is Minted.BY_AGENCY]
    if (row := _current(may, (group, epoch), (unit.body.group, unit.body.epoch))) is not None:
        return _opened(unlocked, packet, row)
    if unit.body.kind not in _OF_THE_UNIT:
        raise RosterRefused("no group of the unit")
    # Whose last key does not open is in no state to write on.
    _opened(unlocked, packet, max((row for row in may if row.holder == group), key=lambda row: row.version))
    key, opens = secrets.token_bytes(32), _next(packet, rows, Minted.BY_AGENCY)
    own = wrapped_key(key, unlocked.wrapping_key(group, epoch), **opens, holder=group, epoch=epoch)
    OwnerKey.objects.bulk_create([own, _posted(key, unit, unlocked, **opens)])
    return opens["version"], key


def key_for_the_unit(unlocked: Unlocked, packet: Sides, rows: Sequence[WrappedKey]) -> tuple[int, bytes]:
    """The version and key under which a member of the unit writes; mints one when somebody has left either side, and
    one that the agency never held once it is cut off.

    `rows`: of one compartment, of both sides. Raises CannotOpen, TurnIsDue, Forged.
    """
    epoch = unlocked.newest_epoch(packet.key_holder)
    own, group = (packet.key_holder, epoch), packet.agency_holder
    is_cut = any(Minted.of(row.version) is Minted.ALONE for row in rows)
    if group is None or is_cut or all(row.holder != group for row in rows):
        alone = [row for row in rows if Minted.of(row.version) is Minted.ALONE]
        if (row := _current(alone, own)) is not None:
            return _opened(unlocked, packet, row)
        key, opens = secrets.token_bytes(32), _next(packet, rows, Minted.ALONE)
        units_wrap(key, packet, unlocked, epoch, **opens).save(force_insert=True)
        return opens["version"], key
    agency, minted = _newest(group), [row for row in rows if Minted.of(row.version) is Minted.BY_UNIT]
    if (row := _current(minted, own, (group, agency.body.epoch))) is not None:
        return _opened(unlocked, packet, row)
    _check_agency(unlocked, packet, minted)
    key, opens = secrets.token_bytes(32), _next(packet, rows, Minted.BY_UNIT)
    kept = units_wrap(key, packet, unlocked, epoch, **opens)
    OwnerKey.objects.bulk_create([kept, _posted(key, agency, unlocked, **opens)])
    return opens["version"], key


def _current(rows: Sequence[WrappedKey], *sides: tuple[uuid.UUID, int]) -> WrappedKey | None:
    """The first side's row of the newest of these versions that every side holds under its newest root."""
    held = {(row.version, row.holder): row for row in rows}
    for version in sorted({row.version for row in rows}, reverse=True):
        found = [held.get((version, holder)) for holder, _epoch in sides]
        if all(row and row.epoch == epoch for row, (_holder, epoch) in zip(found, sides, strict=True)):
            return found[0]
    return None


def _opened(unlocked: Unlocked, packet: Sides, row: WrappedKey) -> tuple[int, bytes]:
    (row,) = ready(unlocked, {packet.pk: packet}, [row])
    key, _told = told_key(row, unlocked.wrapping_key(row.holder, row.epoch))
    return row.version, key


def _check_agency(unlocked: Unlocked, packet: Sides, minted: Sequence[WrappedKey]) -> None:
    """Refuse to share the next key with another agency than the one that the unit shared the last one with."""
    last = max((row for row in minted if row.holder == packet.key_holder), key=lambda row: row.version)
    _key, told = told_key(last, unlocked.wrapping_key(last.holder, last.epoch))
    if packet.agency_holder is None or told != packet.agency_holder.bytes:
        raise Forged


def _newest(group: uuid.UUID) -> VerifiedRoster:
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


def _posted(key: bytes, to: VerifiedRoster, by: Unlocked, **opens: Any) -> OwnerKey:
    sender = agency_sender_of(by) if to.body.kind != KeyGroup.Kind.AGENCY else sender_of(by)
    box = decode_box(to.body.post_box)
    return posted_key(key, box, by, sender, **opens, holder=to.body.group, epoch=to.body.epoch)
