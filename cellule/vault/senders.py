"""Who signed something for the unit, or for an agency, as its verified rosters tell it to the other side.

Somebody who was removed since has still signed what they sent: the roster that counts is the one named at the signing.
"""

import threading
import uuid
from collections.abc import Iterable
from typing import NamedTuple

from cellule.vault.identities import PublicIdentity
from cellule.vault.models import HolderKeys, KeyGroup, Roster
from cellule.vault.rosters import RosterBody, VerifiedRoster, body_hash, verified_of
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import NotAMember, Unlocked


class Forged(CannotOpen):
    """No member of the unit has signed this, or not for this place."""


class _Known[Content]:
    """What was read before, by the hash of the content itself: nobody can put other content under it. Of bounded size."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._known: dict[str, Content] = {}

    def get(self, named: str) -> Content | None:
        return self._known.get(named)

    def keep(self, named: str, content: Content) -> None:
        with self._lock:
            while len(self._known) >= self._most:
                self._known.pop(next(iter(self._known)))
            self._known[named] = content


_bodies: _Known[RosterBody] = _Known(256)
_keys: _Known[PublicIdentity] = _Known(1_024)


class Sender(NamedTuple):
    """A person of the unit or of an agency, and the number of that group's roster that names them."""

    user: uuid.UUID
    roster: int


def sender_of(unlocked: Unlocked) -> Sender:
    """How this person signs for the unit. Raises NotAMember for everybody who is not in it."""
    unit = unlocked.roster_of(KeyGroup.Kind.UNIT)
    if unit.body.group not in unlocked.memberships:
        raise NotAMember
    return Sender(unlocked.user, unit.body.number)


def agency_sender_of(unlocked: Unlocked) -> Sender:
    """How this person signs for their agency. Raises NotAMember for everybody who is in none."""
    return Sender(unlocked.user, unlocked.rosters[unlocked.own_group()].body.number)


def keys_of(senders: Iterable[Sender], group: VerifiedRoster | None = None) -> dict[Sender, PublicIdentity]:
    """The public keys of those whom the roster they name has as members; the others are left out.

    `group`: whose rosters are meant; the unit's if none is named. As many queries for many as for one. Raises
    RosterRefused.
    """
    group = group or verified_of(KeyGroup.Kind.UNIT)
    return {} if group is None else keys_in(group, senders)


def keys_in(group: VerifiedRoster, senders: Iterable[Sender]) -> dict[Sender, PublicIdentity]:
    """As `keys_of`, where the group's verified roster is at hand."""
    senders = set(senders)
    bodies = bodies_of(group, {sender.roster for sender in senders})
    fingerprints = {
        sender: member.fingerprint
        for sender in senders
        if sender.roster in bodies and (member := bodies[sender.roster].member(sender.user))
    }
    public = _public_keys(set(fingerprints.values()))
    return {sender: public[pinned] for sender, pinned in fingerprints.items() if pinned in public}


def bodies_of(verified: VerifiedRoster, numbers: Iterable[int]) -> dict[int, RosterBody]:
    """The rosters of a verified chain with these numbers; those that are not in the chain are left out.

    The chain names each by its hash, so that one which this process has read before is not read again.
    """
    hashes = {number: verified.history[number] for number in numbers if 0 <= number < len(verified.history)}
    found = {number: body for number, named in hashes.items() if (body := _bodies.get(named))}
    if unread := hashes.keys() - found.keys():
        for row in Roster.objects.filter(group_id=verified.body.group, number__in=unread):
            encoded = bytes(row.body)
            if body_hash(encoded) == hashes[row.number]:
                found[row.number] = RosterBody.decode(encoded)
                _bodies.keep(hashes[row.number], found[row.number])
    return found


def _public_keys(fingerprints: set[str]) -> dict[str, PublicIdentity]:
    """Public keys by their fingerprint, as far as they are known; read once by this process."""
    found = {each: keys for each in fingerprints if (keys := _keys.get(each))}
    if unread := fingerprints - found.keys():
        for row in HolderKeys.objects.filter(fingerprint__in=unread):
            keys = PublicIdentity.decode(bytes(row.public))
            # The row's own name proves nothing: the keys must hash to the fingerprint that the roster pins.
            if keys.fingerprint in unread:
                found[keys.fingerprint] = keys
                _keys.keep(keys.fingerprint, keys)
    return found
