"""The team as the rosters know it: who is in, who waits, letting somebody in."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from operator import itemgetter

from django.db import transaction
from django.db.models import Q

from audit.log.record import record
from cellule.accounts.acting import Acting, agency_of
from cellule.accounts.actions import ADMITTED
from cellule.accounts.members import admitted
from cellule.accounts.models import Organisation, User
from cellule.accounts.roles import AGENCY_COORDINATOR, AGENCY_WORKER, ROLES, Role
from cellule.vault import membership, rosters
from cellule.vault.models import KeyGroup, Slot
from cellule.vault.rosters import VerifiedRoster


@dataclass(frozen=True)
class TeamMember:
    """A person in verified rosters: account, role, groups by name, since when and let in by whom."""

    person: User
    role: Role
    groups: list[str]
    since: datetime | None
    let_in_by: list[str]


def members(by: Acting) -> list[TeamMember]:
    """Everybody whom the rosters of the viewer's own groups name, in a few queries however many they are."""
    named: dict[uuid.UUID, list[VerifiedRoster]] = {}
    for group in by.vault.memberships:
        roster = by.vault.rosters[group]
        # Who is in the circle of which case is not the team's to know.
        if roster.body.kind == KeyGroup.Kind.CIRCLE:
            continue
        for member in roster.body.members:
            named.setdefault(member.user, []).append(roster)
    admissions = admitted([(roster, user) for user, found in named.items() for roster in found])
    people = User.objects.select_related("organisation").filter(pk__in=named)
    told = []
    for person in people:
        in_order = sorted(named[person.pk], key=lambda roster: membership.kind_label(roster.body.kind))
        since, let_in_by = admissions[in_order[0].body.group, person.pk]
        groups = [membership.kind_label(roster.body.kind) for roster in in_order]
        told.append(TeamMember(person, person.duty, groups, since, let_in_by))
    return told


@dataclass(frozen=True)
class Agency:
    """A partner organisation as its verified roster has it; `roster` is None when there is none that holds.

    `people`: its coordinators, by account and name.
    """

    organisation: Organisation
    people: list[tuple[uuid.UUID, str]]
    roster: VerifiedRoster | None
    is_refused: bool

    @property
    def coordinators(self) -> list[str]:
        return [name for _pk, name in self.people]

    @property
    def can_receive(self) -> bool:
        return bool(self.roster and self.roster.body.post_box)


def agencies(by: Acting) -> list[Agency]:
    """For a supervisor, every partner organisation with its coordinators, in three queries; for others none."""
    if not membership.may_admit_to(by.vault, KeyGroup.Kind.AGENCY, AGENCY_COORDINATOR.code):
        return []
    known = rosters.verified_agencies()
    coordinators = {
        organisation: [m.user for m in roster.body.members if m.role == AGENCY_COORDINATOR.code]
        for organisation, roster in known.items()
        if roster
    }
    names = dict(User.objects.filter(pk__in=chain(*coordinators.values())).values_list("pk", "name"))
    return [
        Agency(
            organisation,
            sorted(((pk, names[pk]) for pk in coordinators.get(organisation.pk, []) if pk in names), key=itemgetter(1)),
            known.get(organisation.pk),
            is_refused=organisation.pk in known and known[organisation.pk] is None,
        )
        for organisation in Organisation.objects.filter(zone=Organisation.Zone.PARTNER)
    ]


def waiting_for(by: Acting) -> list[User]:
    """People who have enrolled, are in no roster of their role yet, and whom this person may admit.

    Nobody is looked for outside the viewer's own agency, but for coordinators by a supervisor.
    """
    slots = dict(Slot.objects.values_list("holder", "fingerprint"))
    people = User.objects.filter(_within_sight(by), pk__in=slots, is_active=True).select_related("organisation")
    may = cache(lambda kind, role: membership.may_admit_to(by.vault, kind, role))
    hoped = [person for person in people if all(may(kind, person.role) for kind in person.duty.key_groups)]
    agencies = rosters.verified_agencies() if any(person.role == AGENCY_COORDINATOR.code for person in hoped) else {}
    return [person for person in hoped if not _is_known(person, slots[person.pk], by, agencies)]


def _within_sight(by: Acting) -> Q:
    zone = Organisation.Zone
    if (agency := agency_of(by.user)) is not None:
        return Q(role=AGENCY_WORKER.code, organisation=agency, organisation__zone=zone.PARTNER)
    unit = [role.code for role in ROLES if role.key_groups and role.in_unit]
    return Q(role__in=unit, organisation__zone=zone.UNIT) | Q(
        role=AGENCY_COORDINATOR.code, organisation__zone=zone.PARTNER
    )


def _is_known(person: User, fingerprint: str, by: Acting, agencies: dict[uuid.UUID, VerifiedRoster | None]) -> bool:
    """Whether the rosters that count for a person name them with these keys; of refused ones nobody is let in."""
    if person.role == AGENCY_COORDINATOR.code:
        roster = agencies.get(person.organisation_id)
        if roster is None:
            return person.organisation_id in agencies
        named = [roster]
    else:
        named = [roster for roster in by.vault.rosters.values() if roster.body.kind in person.duty.key_groups]
    places = [roster.member(person.pk) for roster in named]
    return len(places) == len(person.duty.key_groups) and all(m and m.fingerprint == fingerprint for m in places)


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
            organisation=agency_of(entrant),
        )
        record(ADMITTED, by=by.actor, subject_type="accounts.user", reference=str(entrant.pk))
    return done


def signed_by_me(by: Acting) -> set[uuid.UUID]:
    """The people whose admission this supervisor has signed already and another one has not yet."""
    return membership.proposed_by(by.user.pk)
