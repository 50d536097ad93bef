"""Leaving key groups, and changing the role in them (flow 8 of the vault's design).

Wraps, slots and sessions go at once, which takes no key; each group turns its epoch in the same request where whoever
acts holds its root, otherwise in a member's next one.
"""

import uuid
from dataclasses import replace

from django.db import transaction

from audit.log.actor import Actor
from cellule.vault import membership, rosters, sessions
from cellule.vault.departures import groups_within, hold, is_last, note
from cellule.vault.models import GroupWrap, KeyGroup, OwnerKey, ParkedText, Roster, Slot
from cellule.vault.rosters import VerifiedRoster
from cellule.vault.sealing import VaultError
from cellule.vault.unlocked import NotAMember, Unlocked


class LastOne(VaultError):
    """Nobody could admit into one of the groups without this person: a successor first, or the custodians."""


def places_of(user: uuid.UUID, organisation: uuid.UUID | None) -> dict[uuid.UUID, VerifiedRoster]:
    """The groups of the house, or of one agency, whose verified rosters name a person. Raises RosterRefused."""
    newest = {group: rosters.verified(group) for group in _with_rosters(organisation)}
    return {group: roster for group, roster in newest.items() if roster.member(user)}


def is_last_in(user: uuid.UUID, organisation: uuid.UUID | None) -> list[str]:
    """The kinds of group in which nobody could admit without this person."""
    places = places_of(user, organisation)
    return sorted(roster.body.kind for roster in places.values() if is_last(roster, user))


@transaction.atomic
def remove(
    user: uuid.UUID, *, organisation: uuid.UUID | None, by: Actor, unlocked: Unlocked | None = None
) -> dict[uuid.UUID, VerifiedRoster]:
    """Take a person out of all their groups; gives the rosters that named them.

    `unlocked`: the vault of whoever acts, whose groups turn at once. Raises LastOne, RosterRefused.
    """
    hold(*groups_within(organisation))
    places = places_of(user, organisation)
    if any(is_last(roster, user) for roster in places.values()):
        raise LastOne
    _end(user, places)
    if unlocked is not None:
        unlocked.forget()
        membership.settle(unlocked, by)
    return places


@transaction.atomic
def lose_keys(user: uuid.UUID, *, organisation: uuid.UUID | None) -> None:
    """End the keys of somebody who enrols anew: they open nothing more, also what this person alone held.

    Nobody is asked whether they are the last: without the passphrase the keys are lost already. Raises RosterRefused.
    """
    hold(*groups_within(organisation))
    _end(user, places_of(user, organisation))


def _end(user: uuid.UUID, places: dict[uuid.UUID, VerifiedRoster]) -> None:
    sessions.end_all(user)
    Slot.objects.filter(holder=user).delete()
    GroupWrap.objects.filter(holder=user).delete()
    # What they alone could open: nobody can any more.
    OwnerKey.objects.filter(holder=user).delete()
    ParkedText.objects.filter(holder=user).delete()
    note(places, user)


@transaction.atomic
def change_role(
    unlocked: Unlocked, user: uuid.UUID, *, role: str, may_admit: bool, kinds: tuple[str, ...], by: Actor
) -> bool:
    """Give a member another role with the same keys: into the groups of the new role, out of the others.

    Gives False when a second supervisor has to do the same for a new supervisor; nothing has changed then. Raises
    NotAMember, MayNotAdmit, LastOne, TurnIsDue, RosterRefused.
    """
    hold(*groups_within(unlocked.organisation))
    unlocked.forget()
    places = places_of(user, unlocked.organisation)
    if not places or user == unlocked.user:
        raise NotAMember
    # Who is of the unit stays in the circles of their cases.
    stays_in = {*kinds, *([KeyGroup.Kind.CIRCLE] if KeyGroup.Kind.UNIT in kinds else [])}
    left = {group: roster for group, roster in places.items() if roster.body.kind not in stays_in}
    # Whoever leaves the unit leaves its circles by that: nobody has to be in them to decide it.
    decided = {*kinds, *_kinds(left)} - {KeyGroup.Kind.CIRCLE}
    if not all(membership.may_admit_to(unlocked, kind, role) for kind in decided):
        raise membership.MayNotAdmit
    loses_rights = left if may_admit else places
    if any(is_last(roster, user) for roster in loses_rights.values()):
        raise LastOne
    before = next(member for roster in places.values() if (member := roster.member(user)))
    member = replace(before, role=role, may_admit=may_admit)
    done = [membership.place(unlocked, kind, member, by) for kind in kinds]
    if not all(done):
        return False
    GroupWrap.objects.filter(holder=user, group_id__in=left).delete()
    note(left, user)
    unlocked.forget()
    membership.settle(unlocked, by)
    return True


def _kinds(places: dict[uuid.UUID, VerifiedRoster]) -> list[str]:
    return [roster.body.kind for roster in places.values()]


def _with_rosters(organisation: uuid.UUID | None) -> list[uuid.UUID]:
    signed = Roster.objects.filter(group__in=groups_within(organisation))
    return list(signed.values_list("group_id", flat=True).distinct())
