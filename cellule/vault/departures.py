"""Keys that count no more: which of a group's members have left, and how writers and changes wait for each other."""

import uuid
from collections.abc import Iterable

from django.db import connection, models

from cellule.vault.models import Departure, KeyGroup
from cellule.vault.rosters import VerifiedRoster

_NEWEST = """
SELECT max(number), ARRAY(SELECT fingerprint FROM keys.vault_departure WHERE group_id = %s)
FROM keys.vault_roster WHERE group_id = %s
"""


def stays(group: uuid.UUID) -> tuple[int | None, frozenset[str]]:
    """Keep a group's rosters as they are to the transaction's end; gives the newest one's number, and what has left.

    Writers stand beside each other here, and whoever changes the group waits for them.
    """
    with connection.cursor() as cursor:
        # Two statements, so that the second one sees what was committed while the first waited.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_lock_of(group)])
        cursor.execute(_NEWEST, [group, group])
        number, departed = cursor.fetchone()
    return number, frozenset(departed)


def hold(*groups: uuid.UUID) -> None:
    """Let one change of these groups in at a time, to the transaction's end; always in the same order."""
    with connection.cursor() as cursor:
        for group in sorted(groups):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_of(group)])


def _lock_of(group: uuid.UUID) -> int:
    """The number of a group's advisory lock: its rows are insert-only, so there is no row to lock."""
    return int.from_bytes(group.bytes[:7], "big")


def left_out(roster: VerifiedRoster, departed: Iterable[str]) -> frozenset[str]:
    """Which of the keys in a roster are to be left out of the next one.

    Those who may admit stay while nobody could admit without them: then the house root speaks first. Nobody is let into
    a circle, so nobody stays in one for that.
    """
    gone = {member.fingerprint for member in roster.body.members}.intersection(departed)
    if roster.body.kind == KeyGroup.Kind.CIRCLE:
        return frozenset(gone)
    if gone and not any(m.may_admit and m.fingerprint not in gone for m in roster.body.members):
        gone -= {m.fingerprint for m in roster.body.members if m.may_admit}
    return frozenset(gone)


def is_last(roster: VerifiedRoster, user: uuid.UUID) -> bool:
    """Whether nobody could admit into a group, or be in it at all, without this member.

    Somebody whose own keys count no more is nobody's successor. In a circle everybody left is one: who is in it cannot
    keep themselves in the house by it.
    """
    departed = set(Departure.objects.filter(group_id=roster.body.group).values_list("fingerprint", flat=True))
    staying = [m for m in roster.body.members if m.user != user and m.fingerprint not in departed]
    return not any(m.may_admit or roster.body.kind == KeyGroup.Kind.CIRCLE for m in staying)


def note(places: dict[uuid.UUID, VerifiedRoster], user: uuid.UUID) -> None:
    """Say that a member's keys count no more; each group then turns before anything is written into it."""
    Departure.objects.bulk_create(
        [
            Departure(group_id=group, fingerprint=member.fingerprint)
            for group, roster in places.items()
            if (member := roster.member(user))
        ],
        ignore_conflicts=True,
    )


def groups_within(organisation: uuid.UUID | None) -> list[uuid.UUID]:
    """The key groups of the house (None), or of one agency; a circle once it is there, and as long as it holds a case."""
    over = models.Q(kind=KeyGroup.Kind.CIRCLE, wraps=None)
    return list(
        KeyGroup.objects.filter(organisation=organisation).exclude(over).values_list("pk", flat=True).distinct()
    )
