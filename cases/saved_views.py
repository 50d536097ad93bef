"""Ways to look at a list that a person keeps: named by their filters' words, so that nothing is typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.filters import Chosen, Filter, chosen
from cases.models import SavedView, Scope
from cellule.accounts.models import User
from cellule.steps import TooLate

MOST = 20


@dataclass(frozen=True)
class Shortcut:
    """One saved view as its list shows it; `query` leads there."""

    pk: UUID
    name: str
    query: str
    is_current: bool


def shortcuts(user: User, scope: Scope, filters: Sequence[Filter], current: Chosen) -> list[Shortcut]:
    """The saved views of one list by name; of a view whose answers are all gone, nothing is shown."""
    kept = [(each.pk, chosen(filters, each.filters)) for each in SavedView.objects.filter(user=user, scope=scope)]
    shown = [Shortcut(pk, each.name, each.query, each.codes == current.codes) for pk, each in kept if each.codes]
    return sorted(shown, key=lambda shortcut: (shortcut.name, shortcut.pk))


def save_view(user: User, scope: Scope, current: Chosen) -> None:
    """Keep the filters that are chosen; done twice, they are kept once. TooLate when as many are kept as there may be."""
    with transaction.atomic():
        # Two requests of one person wait for each other here, so that neither counts past the other.
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        kept = SavedView.objects.filter(user=user, scope=scope)
        if not current.codes or kept.filter(filters=current.as_json()).exists():
            return
        if kept.count() >= MOST:
            raise TooLate([_("You keep 20 views of this list, and no more fit. Remove one first.")])
        SavedView.objects.create(user=user, scope=scope, filters=current.as_json())
