"""One member as the verified rosters and the log tell it: since when, let in by whom, and what happened to them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise

from audit.log.models import Entry
from cellule.accounts.acting import Acting, agency_of
from cellule.accounts.actions import ADMITTED, INVITED, KEYS_LOST, REMOVED, ROLE_CHANGED, ROLE_PROPOSED
from cellule.accounts.models import User
from cellule.accounts.roles import AGENCY_COORDINATOR, SUPERVISOR
from cellule.vault import membership, removal, rosters, words
from cellule.vault.actions import ENROLLED
from cellule.vault.identities import HOUSE
from cellule.vault.models import KeyGroup, Roster
from cellule.vault.rosters import VerifiedRoster

_HISTORY = (INVITED, ENROLLED, ADMITTED, ROLE_PROPOSED, ROLE_CHANGED, KEYS_LOST, REMOVED)
_SHOWN = 50


@dataclass(frozen=True)
class Place:
    """A person's place in one group: since when (by the log), and who signed them in; nobody at the founding."""

    group: str
    kind: str
    since: datetime | None
    let_in_by: list[str]


@dataclass(frozen=True)
class Event:
    """Something that was done with an account: what, when, by whom."""

    at: datetime
    sentence: Promise | str
    by: str


def within_sight(by: Acting, person: uuid.UUID) -> User | None:
    """The account of somebody whom the rosters of the viewer's own groups name; for a supervisor coordinators too."""
    found = User.objects.select_related("organisation").filter(pk=person).first()
    if found is None:
        return None
    if any(by.vault.rosters[group].member(person) for group in by.vault.memberships):
        return found
    is_coordinator = found.role == AGENCY_COORDINATOR.code and _is_supervisor(by)
    return found if is_coordinator and removal.places_of(person, agency_of(found)) else None


def may_decide_on(by: Acting, person: User) -> bool:
    """Whether this person may take somebody out, or give them a way to new keys: never oneself."""
    if person.pk == by.user.pk:
        return False
    if person.role == AGENCY_COORDINATOR.code and _is_supervisor(by):
        return True
    vault = by.vault
    return any(
        member.may_admit and vault.rosters[group].member(person.pk) for group, member in vault.memberships.items()
    )


def _is_supervisor(by: Acting) -> bool:
    return membership.may_admit_to(by.vault, "", AGENCY_COORDINATOR.code)


def may_change_role(by: Acting, person: User) -> bool:
    """Whether this person may give somebody another role of the unit."""
    is_of_the_unit = {"intake"} <= set(person.duty.key_groups)
    return is_of_the_unit and by.user.role == SUPERVISOR.code and may_decide_on(by, person)


def places(person: User) -> list[Place]:
    """Where a person stands, in the order of the groups' names, in a few queries however long the chains are."""
    placed = removal.places_of(person.pk, agency_of(person))
    # Who is in the circle of which case is not the team's to know.
    found = {group: roster for group, roster in placed.items() if roster.body.kind != KeyGroup.Kind.CIRCLE}
    admissions = admitted([(roster, person.pk) for roster in found.values()])
    return sorted(
        (
            Place(membership.kind_label(roster.body.kind), roster.body.kind, *admissions[roster.body.group, person.pk])
            for roster in found.values()
        ),
        key=lambda place: place.group,
    )


def admitted(
    who: Sequence[tuple[VerifiedRoster, uuid.UUID]],
) -> dict[tuple[uuid.UUID, uuid.UUID], tuple[datetime | None, list[str]]]:
    """For members of groups: when the roster that let their keys in was signed, and the names of who signed it."""
    numbers = {
        (roster.body.group, user): roster.joined[member.fingerprint]
        for roster, user in who
        if (member := roster.member(user))
    }
    asked = Q()
    for group, number in {(group, number) for (group, _user), number in numbers.items()}:
        asked |= Q(group_id=group, number=number)
    rows = {(row.group_id, row.number): row for row in Roster.objects.filter(asked)} if numbers else {}
    hashes = {key: rosters.body_hash(bytes(row.body)) for key, row in rows.items()}
    times = dict(Entry.objects.filter(reference__in=list(hashes.values())).values_list("reference", "at"))
    signers = {key: [uuid.UUID(one["holder"]) for one in row.signatures] for key, row in rows.items()}
    names = _names({pk for holders in signers.values() for pk in holders if pk != HOUSE})
    return {
        (group, user): (
            times.get(hashes.get((group, number), "")),
            sorted(names[pk] for pk in signers.get((group, number), []) if pk in names),
        )
        for (group, user), number in numbers.items()
    }


def fingerprint_words(person: User) -> list[str]:
    """The five words of the keys with which the rosters name a person, to be compared with what they read out."""
    for roster in removal.places_of(person.pk, agency_of(person)).values():
        if member := roster.member(person.pk):
            return words.fingerprint_words(member.fingerprint).split()
    return []


def history(person: User) -> list[Event]:
    """What was done with an account, newest first: at most 50 acts, without any content."""
    entries = Entry.objects.about(str(person.pk)).of_action(*(action.code for action in _HISTORY)).newest_first()
    found = list(entries[:_SHOWN])
    # The house itself acts too, under a name that is no account's.
    actors = {uuid.UUID(entry.actor_id) for entry in found if entry.actor_organisation}
    names = {str(pk): name for pk, name in _names(actors).items()}
    return [Event(entry.at, entry.sentence, names.get(entry.actor_id, "")) for entry in found]


def _names(people: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    return dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
