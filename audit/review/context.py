"""What stands around an access under review: the act in words, the duty behind it, and what was like it before."""

from dataclasses import dataclass
from datetime import timedelta

from audit.log.models import Entry
from audit.review.models import Item
from audit.review.models.item import UNDECIDED
from audit.review.people import Line, lines

# As many lines as somebody reads before they look into the log itself.
_ACTS, _AROUND, _BEFORE, _EARLIER = 50, 20, 10, 5
_NEAR = timedelta(days=30)


@dataclass(frozen=True)
class Context:
    """`acts`: what was done; `around`: what else the person did on the same case within 30 days, before and after.

    `before`: the last acts of the same kind; `earlier`: what was judged of this person before.
    """

    acts: list[Line]
    around: list[Line]
    before: list[Line]
    earlier: list[Item]

    @property
    def first(self) -> Line | None:
        return self.acts[0] if self.acts else None


def context_of(item: Item) -> Context:
    """Gather it from the log's clear columns."""
    acts = list(Entry.objects.filter(pk__in=item.entries).order_by("id")[:_ACTS])
    around = _around(item) if item.subject else []
    before = _before(item, acts)
    told = iter(lines([*acts, *around, *before]))
    judged = Item.objects.filter(actor_id=item.actor_id).exclude(state__in=UNDECIDED).exclude(pk=item.pk)
    return Context(
        [next(told) for _act in acts],
        [next(told) for _act in around],
        [next(told) for _act in before],
        list(judged.newest_first()[:_EARLIER]),
    )


def _around(item: Item) -> list[Entry]:
    near = Entry.objects.by_actor(item.actor_id).filter(subject=item.subject).exclude(pk__in=item.entries)
    return list(near.between(item.at - _NEAR, item.at + _NEAR).newest_first()[:_AROUND])


def _before(item: Item, acts: list[Entry]) -> list[Entry]:
    if not acts:
        return []
    alike = Entry.objects.by_actor(item.actor_id).of_action(acts[0].action).before(acts[0].pk)
    return list(alike.newest_first()[:_BEFORE])
