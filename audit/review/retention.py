"""Forgetting as a whole: entries past their time, with the sealed details that belong to them."""

from uuid import UUID

from django.db import transaction

from audit.log import retention
from cellule.vault.models import Letter, LetterKey

# What one night takes away at most; the rest goes the next night.
MOST_BATCHES = 40


def forget_past() -> int:
    """Remove what every rule lets go, batch by batch, each in its own transaction; gives how many entries went."""
    gone, batches = 0, 0
    for rule in retention.rules():
        while batches < MOST_BATCHES and (went := _forget(rule)):
            gone, batches = gone + went, batches + 1
    return gone


def _forget(rule: retention.Rule) -> int:
    with transaction.atomic():
        gone = retention.forget(rule)
        _destroy_details(gone)
    return len(gone)


def _destroy_details(entries: list[UUID]) -> None:
    """Delete the letters of these entries, their keys first."""
    letters = list(Letter.objects.filter(row__in=entries).values_list("pk", flat=True))
    LetterKey.objects.filter(letter__in=letters).delete()
    Letter.objects.filter(pk__in=letters).delete()
