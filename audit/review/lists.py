"""Pages of long lists of accesses under review, and their lines."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from audit.log.models import Entry
from audit.review.models import Item
from audit.review.models.item import ItemQuerySet
from audit.review.rule_names import name_of
from cellule import references
from cellule.accounts.actors import names_of
from cellule.accounts.models import User

PAGE = 50


@dataclass(frozen=True)
class Page:
    """Items of one page; `newer` and `older` are the codes from which the neighbouring pages go on, or empty."""

    items: list[Item]
    newer: str = ""
    older: str = ""


@dataclass(frozen=True)
class Line:
    """One item as a list shows it: `who` acted, `what` they did, `why` it is looked at."""

    item: Item
    who: str | Promise
    what: str | Promise
    why: str | Promise


def page_of(items: ItemQuerySet, user: User, *, older_than: str = "", newer_than: str = "") -> Page:
    """Give one page of a list, the newest first; a code that this person may not see, or is none, gives its first page."""
    mark = _with_code(newer_than or older_than, user)
    if mark is None:
        found = list(items.newest_first()[: PAGE + 1])
        return Page(found[:PAGE], older=found[PAGE - 1].code if len(found) > PAGE else "")
    if newer_than:
        found = list(items.beyond(mark, newer=True).newest_first().reverse()[: PAGE + 1])
        page = found[:PAGE][::-1]
        return Page(page, newer=page[0].code if len(found) > PAGE else "", older=page[-1].code if page else "")
    found = list(items.beyond(mark).newest_first()[: PAGE + 1])
    page = found[:PAGE]
    return Page(page, newer=page[0].code if page else "", older=page[-1].code if len(found) > PAGE else "")


def lines(items: Iterable[Item]) -> list[Line]:
    """Give the lines of a list, by one query for the people and one for what they did."""
    items = list(items)
    people = names_of({item.actor_id for item in items})
    firsts = [item.entries[0] for item in items if item.entries]
    acts = {str(entry.pk): entry.sentence for entry in Entry.objects.filter(pk__in=firsts).only("action")}
    return [
        Line(item, people[item.actor_id], acts.get(next(iter(item.entries), ""), ""), name_of(item.rule).name)
        for item in items
    ]


def _with_code(code: str, user: User) -> Item | None:
    try:
        return Item.objects.visible_to(user).filter(code=references.parse(code)).first()
    except ValueError:
        return None
