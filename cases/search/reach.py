"""In what a person may search: whole key groups for who supervises, and the cases that are theirs one by one."""

import uuid
from typing import TYPE_CHECKING

from cases.models import Case
from cellule.accounts.acting import Acting
from cellule.accounts.roles import Permission
from cellule.vault.models import KeyGroup

if TYPE_CHECKING:
    from cases.models import CaseQuerySet

_OF_THE_UNIT = (KeyGroup.Kind.INTAKE.value, KeyGroup.Kind.UNIT.value)


def groups_seen_whole(by: Acting) -> list[uuid.UUID]:
    """The key groups of whose cases this person sees every one (`CaseQuerySet.visible_to`), and holds the keys."""
    if not by.user.has_perm(Permission.SUPERVISE_CASES):
        return []
    rosters = by.vault.rosters
    return [each for each in by.vault.memberships if rosters[each].body.kind in _OF_THE_UNIT]


def seen_apart(by: Acting, groups: list[uuid.UUID]) -> "CaseQuerySet":
    """The cases that this person sees outside the groups that are seen whole."""
    if not groups:
        return Case.objects.visible_to(by.user)
    return Case.objects.worked_by(by.user).exclude(key_holder__in=groups)
