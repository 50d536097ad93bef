"""What stands around an access under review: the act in words, the duty behind it, and what was like it before."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from audit.log.actions import Relation
from audit.log.models import Entry
from audit.log.models.entry import EntryQuerySet
from audit.review.models import Item
from audit.review.models.item import UNDECIDED
from audit.review.people import Line, lines
from cases import actions

# As many lines as somebody reads before they look into the log itself.
ACTS = 50
_AROUND, _GIVEN, _BEFORE, _EARLIER = 20, 10, 10, 5
_NEAR = timedelta(days=30)
# What ties a person to a case for longer than one look.
_TIES = (Relation.ASSIGNED, Relation.SUPERVISOR, Relation.REFERRAL)
# By which a case goes to somebody, or is taken from them.
_GIVING = tuple(
    action.code
    for action in (
        actions.INQUIRY_OPENED,
        actions.HANDED_TO_UNIT,
        *actions.GRANTS,
        actions.SHARING_ENDED,
        actions.CIRCLE_LIFTED,
        actions.CASE_CLOSED,
        actions.CASE_REOPENED,
    )
)


@dataclass(frozen=True)
class Context:
    """`acts`: what was done; `around`: what else the person did on the same case within 30 days, before and after.

    `tie`: their last act before, on the same case, that they did as somebody tied to it, or None; `given`: by whose acts
    the case changed hands before; `before`: the last acts of the same kind; `earlier`: what was judged of them before;
    `left_out`: how many more entries tell of the act.
    """

    acts: list[Line]
    around: list[Line]
    tie: Line | None
    given: list[Line]
    before: list[Line]
    earlier: list[Item]
    left_out: int

    @property
    def first(self) -> Line | None:
        return self.acts[0] if self.acts else None

    @property
    def is_of_several(self) -> bool:
        """Whether more than one person did it: who asked for an emergency access, and who agreed."""
        return len({act.entry.actor_id for act in self.acts}) > 1


def context_of(item: Item, user: Any) -> Context:
    """Gather it from the log's clear columns, for somebody who reviews."""
    acts = list(Entry.objects.filter(pk__in=item.entries).order_by("id")[:ACTS])
    of_case = _of_case(item)
    theirs = of_case.by_actor(item.actor_id)
    parts = [
        acts,
        list(theirs.exclude(pk__in=item.entries).between(item.at - _NEAR, item.at + _NEAR).newest_first()[:_AROUND]),
        list(theirs.between(None, item.at).filter(relation__in=_TIES).newest_first()[:1]),
        list(of_case.between(None, item.at).of_action(*_GIVING).newest_first()[:_GIVEN]),
        _before(item, acts),
    ]
    told = iter(lines([entry for part in parts for entry in part]))
    shown, around, tie, given, before = ([next(told) for _entry in part] for part in parts)
    judged = Item.objects.reviewed_by(user).filter(actor_id=item.actor_id).exclude(state__in=UNDECIDED)
    earlier = list(judged.exclude(pk=item.pk).newest_first()[:_EARLIER])
    left_out = len(item.entries) - ACTS if len(acts) == ACTS else 0
    return Context(shown, around, tie[0] if tie else None, given, before, earlier, left_out)


def _of_case(item: Item) -> EntryQuerySet:
    """What the log tells of the case; of the record alone, where an entry could not say whose case it is."""
    if item.subject:
        return Entry.objects.filter(subject=item.subject)
    return Entry.objects.filter(reference=item.reference) if item.reference else Entry.objects.none()


def _before(item: Item, acts: list[Entry]) -> list[Entry]:
    if not acts:
        return []
    alike = Entry.objects.by_actor(item.actor_id).of_action(acts[0].action).before(acts[0].pk)
    return list(alike.newest_first()[:_BEFORE])
