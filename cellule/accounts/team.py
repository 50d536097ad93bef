"""The team as the rosters know it: who is in, who waits, letting somebody in."""

from dataclasses import dataclass

from django.db import transaction

from audit.log.record import record
from cellule.accounts.acting import Acting
from cellule.accounts.actions import ADMITTED
from cellule.accounts.models import User
from cellule.accounts.roles import ROLES, Role
from cellule.vault import membership
from cellule.vault.models import Slot


@dataclass(frozen=True)
class TeamMember:
    """A person in verified rosters: account, role as the roster has it, groups by name."""

    person: User
    role: Role
    groups: list[str]
    fingerprint: str


def members(by: Acting) -> list[TeamMember]:
    """Everybody whom the rosters of the viewer's own groups name, in two queries."""
    groups: dict = {}
    for group in by.vault.memberships:
        roster = by.vault.rosters[group]
        for member in roster.body.members:
            groups.setdefault(member.user, (member, []))[1].append(membership.kind_label(roster.body.kind))
    people = User.objects.select_related("organisation").filter(pk__in=groups)
    return [
        TeamMember(person, person.duty, sorted(groups[person.pk][1]), groups[person.pk][0].fingerprint)
        for person in people
    ]


def waiting_for(by: Acting) -> list[User]:
    """People who have enrolled, are in no roster of their role yet, and whom this person may admit."""
    known = {
        (member.user, member.fingerprint, roster.body.kind)
        for roster in by.vault.rosters.values()
        for member in roster.body.members
    }
    may = {
        kind: membership.may_admit_to(by.vault, kind)
        for kind in {kind for role in _joining() for kind in role.key_groups}
    }
    slots = dict(Slot.objects.values_list("holder", "fingerprint"))
    people = User.objects.filter(
        pk__in=slots, is_active=True, role__in=[role.code for role in _joining()]
    ).select_related("organisation")
    return [
        person
        for person in people
        if all(may[kind] for kind in person.duty.key_groups)
        and any((person.pk, slots[person.pk], kind) not in known for kind in person.duty.key_groups)
    ]


def admit(entrant: User, typed_words: str, *, by: Acting) -> bool:
    """Let a person in; gives False when a second supervisor has to do the same. Raises WrongWords, MayNotAdmit."""
    role = entrant.duty
    with transaction.atomic():
        done = membership.admit(
            by.vault,
            user=entrant.pk,
            role=role.code,
            may_admit=role.may_admit,
            kinds=role.key_groups,
            typed_words=typed_words,
            by=by.actor,
        )
        record(ADMITTED, by=by.actor, subject_type="accounts.user", reference=str(entrant.pk))
    return done


def signed_by_me(entrant: User, by: Acting) -> bool:
    """Whether this supervisor has signed the admission already and another one is awaited."""
    return str(by.user.pk) in membership.proposed_by(entrant.pk)


def _joining() -> list[Role]:
    return [role for role in ROLES if role.key_groups]
