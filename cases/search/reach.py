"""In what a person may search: whole key groups for who supervises, and the cases that are theirs one by one."""

import uuid
from functools import cache

from django.db import models

from cases.models import Card, Case
from cases.models.card import each_of
from cases.models.visibility import Among
from cellule.accounts.acting import Acting
from cellule.accounts.models import User
from cellule.accounts.roles import Permission
from cellule.vault.models import KeyGroup

_OF_THE_UNIT = (KeyGroup.Kind.INTAKE.value, KeyGroup.Kind.UNIT.value)
# In the place of a person and of groups in a statement that is composed once.
_NOBODY, _NO_GROUPS = uuid.UUID(int=0), [uuid.UUID(int=0)]


def groups_seen_whole(by: Acting) -> list[uuid.UUID]:
    """The key groups of whose cases this person sees every one (`CaseQuerySet.visible_to`), and holds the keys."""
    if not by.user.has_perm(Permission.SUPERVISE_CASES):
        return []
    rosters = by.vault.rosters
    return [each for each in by.vault.memberships if rosters[each].body.kind in _OF_THE_UNIT]


def cards_seen_singly(by: Acting, groups: list[uuid.UUID]) -> list[Card]:
    """The cards that this person opens one by one: those of their cases outside the groups, and the loose ones in them.

    Their blocks (None for a loose one) are where they lie now.
    """
    if not groups:
        return list(Card.objects.filter(case__in=Case.objects.visible_to(by.user)))
    statement, params = _outside_or_loose()
    given = [groups if param == _NO_GROUPS else by.user.pk for param in params]
    return list(Card.objects.raw(statement, given))


@cache
def _outside_or_loose() -> tuple[str, list[object]]:
    """Cards of a person's cases outside some groups, and loose ones inside, with what stands for both."""
    inside_groups = Among(models.F("key_holder"), each_of(_NO_GROUPS))
    outside = Case.objects.worked_by(User(pk=_NOBODY)).exclude(inside_groups)
    apart, theirs = Card.objects.filter(case__in=outside).query.sql_with_params()
    loose, inside = Card.objects.loose().held_by(_NO_GROUPS).query.sql_with_params()
    return f"{apart} UNION ALL {loose}", [*theirs, *inside]
