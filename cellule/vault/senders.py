"""Who signed something for the unit, or for an agency, as its verified rosters tell it to the other side.

Somebody who was removed since has still signed what they sent: the roster that counts is the one named at the signing.
"""

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
    if group is None:
        return {}
    senders = set(senders)
    bodies = bodies_of(group, {sender.roster for sender in senders})
    fingerprints = {
        sender: member.fingerprint
        for sender in senders
        if sender.roster in bodies and (member := bodies[sender.roster].member(sender.user))
    }
    rows = HolderKeys.objects.filter(fingerprint__in=set(fingerprints.values()))
    # The row's own name proves nothing: the keys must hash to the fingerprint that the roster pins.
    public = {keys.fingerprint: keys for keys in (PublicIdentity.decode(bytes(row.public)) for row in rows)}
    return {sender: public[pinned] for sender, pinned in fingerprints.items() if pinned in public}


def bodies_of(verified: VerifiedRoster, numbers: Iterable[int]) -> dict[int, RosterBody]:
    """The rosters of a verified chain with these numbers, read again; those that are not in the chain are left out."""
    rows = Roster.objects.filter(group_id=verified.body.group, number__in=list(numbers))
    stored = {row.number: bytes(row.body) for row in rows if row.number < len(verified.history)}
    return {
        number: RosterBody.decode(body)
        for number, body in stored.items()
        if body_hash(body) == verified.history[number]
    }
