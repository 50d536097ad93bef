"""Circles: one case among a named few, asked by one of the unit and made by a second person (flow 7 of the design).

Each circle is one case's, and has a root of its own: who leaves it turns that root and no other. It holds a case until
the case moves on; then its root is forgotten. The house root opens it too, for the day when nobody of it is left.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from audit.log.actor import Actor
from cellule.vault import rosters, words
from cellule.vault.circle_rules import FEWEST
from cellule.vault.departures import hold, left_out, stays
from cellule.vault.membership import WrongWords, sign_and_save, turn, wrap_for
from cellule.vault.models import Departure, EpochLink, GroupWrap, KeyGroup, OwnerKey, ProposedRoster
from cellule.vault.rosters import SUPERVISOR, Member, RosterBody, RosterRefused, VerifiedRoster
from cellule.vault.sealing import VaultError
from cellule.vault.unlocked import NotAMember, Unlocked, group_id


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


def lost_to(circle: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Who was in a circle, is in it no more with keys that count, and is of the unit (again); needs no key. RosterRefused."""
    return tuple(sorted(_to_let_back(circle)))


def sounds_like(circle: uuid.UUID, user: uuid.UUID, typed_words: str) -> bool:
    """Whether these are the five words of the new keys of somebody whom `lost_to` names. RosterRefused."""
    line = _to_let_back(circle).get(user)
    return line is not None and words.same_words(typed_words, words.fingerprint_words(line.fingerprint))


@transaction.atomic
def let_back(unlocked: Unlocked, circle: uuid.UUID, user: uuid.UUID, typed_words: str, by: Actor) -> None:
    """Let somebody who has lost their keys back into a circle, as one who stays in it, with the keys the unit has of them.

    `typed_words`: the five words heard from the person: a supervisor outside the circle, who let them into the unit,
    opens nothing here by it. Raises NotAMember, NoCircle for who was never in it, or is not in the unit now, or is in
    the circle; WrongWords, CannotOpen, RosterRefused.
    """
    unit = group_id(KeyGroup.Kind.UNIT)
    # In the order in which every change takes its groups.
    for group in sorted((unit, circle)):
        (hold if group == circle else stays)(group)
    unlocked.forget()
    if circle not in unlocked.memberships:
        raise NotAMember
    line = _to_let_back(circle).get(user)
    if line is None:
        raise NoCircle
    if not sounds_like(circle, user, typed_words):
        raise WrongWords
    if leaving := unlocked.leaving(circle):
        turn(unlocked, rosters.verified(circle), by, without=leaving)
        unlocked.forget()
    before = rosters.verified(circle)
    body = before.successor(members=(*before.body.members, line), authority=rosters.verified(unit).body.number)
    sign_and_save(before, body, [(unlocked.user, unlocked.identity)], by)
    root = unlocked.current_root(circle)
    GroupWrap.objects.filter(group_id=circle, epoch=root.epoch, holder=user).delete()
    wrap_for(root, {line.user: line.fingerprint})
    unlocked.forget()


def _to_let_back(circle: uuid.UUID) -> dict[uuid.UUID, Member]:
    """The lines in the unit's newest roster of those who were in a circle and are not any more, by user."""
    held, unit = rosters.verified(circle), rosters.verified(group_id(KeyGroup.Kind.UNIT))
    there = {m.user for m in held.body.members if m.fingerprint not in _gone(held)}
    gone = _gone(unit)
    return {
        m.user: m
        for m in unit.body.members
        if m.user in held.ever and m.user not in there and m.fingerprint not in gone
    }


def _gone(roster: VerifiedRoster) -> frozenset[str]:
    return left_out(roster, Departure.objects.filter(group_id=roster.body.group).values_list("fingerprint", flat=True))


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
