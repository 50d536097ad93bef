"""How the keys of the house stand, for supervisors: members, epochs, weak slots, the last drill. Nothing of content."""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from audit.log.models import Entry
from cellule.accounts.acting import Acting
from cellule.accounts.models import User
from cellule.vault import house, rosters, secrets_file, slots, upkeep
from cellule.vault.actions import HOUSE_DRILLED, HOUSE_TURNED, KEYS_REWRITTEN, PEPPER_TURNED
from cellule.vault.departures import left_out
from cellule.vault.identities import HOUSE
from cellule.vault.membership import kind_label
from cellule.vault.models import Departure, GroupWrap, KeyGroup, Slot
from cellule.vault.rosters import RosterRefused

# The sheets are proved once a year; the key tables every night, two nights may fail.
DRILL_EVERY = timedelta(days=365)
REWRITE_EVERY = timedelta(days=3)


@dataclass(frozen=True)
class GroupStanding:
    """One key group: how many members, which epoch, whether a turn waits, and whether the house could open it."""

    name: str
    members: int
    epoch: int
    turn_waits: bool
    house_opens: bool
    is_refused: bool = False


@dataclass(frozen=True)
class PepperStanding:
    """One pepper: how many passphrases lie under it, and whether it is there."""

    number: int
    slots: int
    is_newest: bool
    is_lost: bool


@dataclass(frozen=True)
class Standing:
    """Everything the page shows. Moments are None for what was never done."""

    groups: list[GroupStanding]
    peppers: list[PepperStanding]
    behind: list[str]
    pin: str
    turns: int
    drilled_at: datetime | None
    turned_at: datetime | None
    pepper_turned_at: datetime | None
    rewritten_at: datetime | None

    @property
    def drill_is_due(self) -> bool:
        return _is_older(self.drilled_at, DRILL_EVERY)

    @property
    def rewrite_is_due(self) -> bool:
        return _is_older(self.rewritten_at, REWRITE_EVERY)


def standing_of(by: Acting) -> Standing:
    """How the keys stand now; the groups are those of the house, of which a supervisor answers for all."""
    pin = house.pinned()
    own = {member.user for group in by.vault.memberships for member in by.vault.rosters[group].body.members}
    return Standing(
        groups=_groups(),
        peppers=_peppers(),
        behind=_behind(own),
        pin=pin,
        turns=len(house.forebears(pin)),
        drilled_at=_last(HOUSE_DRILLED.code),
        turned_at=_last(HOUSE_TURNED.code),
        pepper_turned_at=_last(PEPPER_TURNED.code),
        rewritten_at=_all_rewritten(),
    )


def _groups() -> list[GroupStanding]:
    wrapped = set(GroupWrap.objects.filter(holder=HOUSE).values_list("group_id", "epoch"))
    departed: dict[uuid.UUID, set[str]] = {}
    for group, fingerprint in Departure.objects.values_list("group_id", "fingerprint"):
        departed.setdefault(group, set()).add(fingerprint)
    kinds = (KeyGroup.Kind.INTAKE, KeyGroup.Kind.UNIT, KeyGroup.Kind.AUDITORS, KeyGroup.Kind.PRIVACY)
    found = KeyGroup.objects.filter(kind__in=kinds, organisation=None)
    return sorted((_group(group, wrapped, departed) for group in found), key=lambda one: one.name)


def _group(
    group: KeyGroup, wrapped: set[tuple[uuid.UUID, int]], departed: Mapping[uuid.UUID, set[str]]
) -> GroupStanding:
    try:
        roster = rosters.verified(group.pk)
    except RosterRefused:
        return GroupStanding(kind_label(group.kind), 0, 0, turn_waits=False, house_opens=False, is_refused=True)
    body = roster.body
    return GroupStanding(
        kind_label(group.kind),
        len(body.members),
        body.epoch,
        turn_waits=not body.epoch or bool(left_out(roster, departed.get(group.pk, ()))),
        house_opens=(group.pk, body.epoch) in wrapped,
    )


def _peppers() -> list[PepperStanding]:
    known, named = secrets_file.read(), Counter(Slot.objects.values_list("pepper_number", flat=True))
    return [
        PepperStanding(number, named[number], number == known.pepper_number, number not in known.peppers)
        for number in sorted({*known.peppers, *named})
    ]


def _behind(own: set[uuid.UUID]) -> list[str]:
    """The names of those among the supervisor's own people with a slot under an older pepper, or too cheap a one."""
    holders = {slot.holder for slot in Slot.objects.filter(holder__in=own) if slots.is_behind(slot)}
    return sorted(User.objects.filter(pk__in=holders, is_active=True).values_list("name", flat=True))


def _last(action: str) -> datetime | None:
    return Entry.objects.of_action(action).order_by("-at").values_list("at", flat=True).first()


def _all_rewritten() -> datetime | None:
    """When the table was rewritten that waits longest; None while one of them never was."""
    entries = Entry.objects.of_action(KEYS_REWRITTEN.code).order_by("-at").values_list("reference", "at")
    newest: dict[str, datetime] = {}
    for table, at in entries[: 10 * len(upkeep.key_tables())]:
        newest.setdefault(table, at)
    if not newest.keys() >= set(upkeep.key_tables()):
        return None
    return min(newest[table] for table in upkeep.key_tables())


def _is_older(at: datetime | None, than: timedelta) -> bool:
    return at is None or timezone.now() - at > than
