"""Circles: one case among a named few, asked by one of the unit and made by a second person (flow 7 of the design).

Each circle is one case's, and has a root of its own: who leaves it turns that root and no other. It holds a case until
the case moves on; then its root is forgotten. The house root opens it too, for the day when nobody of it is left.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from audit.log.actor import Actor
from cellule.vault import rosters
from cellule.vault.circle_rules import FEWEST
from cellule.vault.departures import stays
from cellule.vault.membership import sign_and_save, turn
from cellule.vault.models import EpochLink, GroupWrap, KeyGroup, OwnerKey, ProposedRoster
from cellule.vault.rosters import SUPERVISOR, Member, RosterBody, RosterRefused
from cellule.vault.sealing import VaultError
from cellule.vault.unlocked import NotAMember, Unlocked


class NoCircle(VaultError):
    """These people cannot be a circle, or not any more: somebody is not of the unit as they were, or signed alone."""


@dataclass(frozen=True)
class Asked:
    """A circle that one person has signed and a second one has not yet: ids of users."""

    by: uuid.UUID
    people: tuple[uuid.UUID, ...]
    supervisors: frozenset[uuid.UUID]


def is_circle(group: uuid.UUID) -> bool:
    """Whether a key group is a circle; needs no key."""
    return KeyGroup.objects.filter(pk=group, kind=KeyGroup.Kind.CIRCLE).exists()


def people_of(unlocked: Unlocked, circle: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Who is in a circle by its verified roster, for one of them, in the order in which they were named. NotAMember."""
    if circle not in unlocked.memberships:
        raise NotAMember
    leaving = unlocked.leaving(circle)
    return tuple(m.user for m in unlocked.rosters[circle].body.members if m.fingerprint not in leaving)


@transaction.atomic
def ask(unlocked: Unlocked, case: uuid.UUID, people: Collection[uuid.UUID]) -> None:
    """Sign, as one of the unit, who shall be in the circle of a case; nothing opens or closes by it.

    Raises NotAMember for who is not of the unit; NoCircle for fewer than two people of the unit, or without a
    supervisor among them who could sign it next.
    """
    unit = unlocked.roster_of(KeyGroup.Kind.UNIT)
    lines = _of_the_unit(unlocked)
    if unlocked.user not in lines:
        raise NotAMember
    if not set(people) <= lines.keys() or len(set(people)) < FEWEST:
        raise NoCircle
    members = tuple(lines[user] for user in people)
    if not any(member.role == SUPERVISOR and member.user != unlocked.user for member in members):
        raise NoCircle
    drop(case)
    group = KeyGroup.objects.create(kind=KeyGroup.Kind.CIRCLE)
    body = RosterBody(
        group=group.pk,
        kind=group.kind,
        number=0,
        previous="",
        epoch=0,
        post_box=b"",
        commitment=b"",
        members=members,
        authority=unit.body.number,
        owner=case,
    )
    encoded = body.encode()
    signature = rosters.signature_of(encoded, unlocked.user, unlocked.identity)
    ProposedRoster.objects.create(group=group, entrant=case, body=encoded, signatures=[signature])


def asked(case: uuid.UUID) -> Asked | None:
    """What is asked for a case, as it lies there; its signatures are checked when the second person adds theirs."""
    proposal = _proposal(case)
    if proposal is None:
        return None
    members = RosterBody.decode(bytes(proposal.body)).members
    return Asked(
        uuid.UUID(proposal.signatures[0]["holder"]),
        tuple(member.user for member in members),
        frozenset(member.user for member in members if member.role == SUPERVISOR),
    )


def drop(case: uuid.UUID) -> None:
    """Forget what was asked for a case."""
    ProposedRoster.objects.filter(group__kind=KeyGroup.Kind.CIRCLE, entrant=case).delete()


@transaction.atomic
def make(unlocked: Unlocked, case: uuid.UUID, by: Actor) -> uuid.UUID:
    """Make the circle that somebody else has asked for a case, as a supervisor who is in it; gives its key group.

    Inside the act that then moves the case there. Raises NoCircle when nobody asked, when whoever asked is the same
    person, and when the unit has changed so that these people are not in it as they were.
    """
    proposal = _proposal(case)
    if proposal is None:
        raise NoCircle
    body = RosterBody.decode(bytes(proposal.body))
    # Nobody leaves the unit until this is done.
    stays(unlocked.roster_of(KeyGroup.Kind.UNIT).body.group)
    unlocked.forget()
    if (body.kind, body.owner, body.group) != (KeyGroup.Kind.CIRCLE, case, proposal.group_id):
        raise NoCircle
    if not set(body.members) <= set(_of_the_unit(unlocked).values()):
        raise NoCircle
    if any(signature["holder"] == str(unlocked.user) for signature in proposal.signatures):
        raise NoCircle
    try:
        sign_and_save(None, body, [(unlocked.user, unlocked.identity)], by, beside=proposal.signatures)
    except RosterRefused:
        raise NoCircle from None
    turn(unlocked, rosters.verified(body.group), by)
    unlocked.forget()
    return body.group


def forget(circle: uuid.UUID) -> None:
    """Forget the root of a circle from which its case has moved on; one that still holds something is left alone."""
    if is_circle(circle) and not OwnerKey.objects.filter(holder=circle).exists():
        GroupWrap.objects.filter(group_id=circle).delete()
        EpochLink.objects.filter(group_id=circle).delete()


def _proposal(case: uuid.UUID) -> ProposedRoster | None:
    return ProposedRoster.objects.filter(group__kind=KeyGroup.Kind.CIRCLE, entrant=case).first()


def _of_the_unit(unlocked: Unlocked) -> dict[uuid.UUID, Member]:
    """The lines of the unit's roster by user, without those who are leaving."""
    unit = unlocked.roster_of(KeyGroup.Kind.UNIT)
    leaving = unlocked.leaving(unit.body.group)
    return {member.user: member for member in unit.body.members if member.fingerprint not in leaving}
