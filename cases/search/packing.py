"""Putting loose cards into blocks, by whoever sees all of a group: opening one block costs less than its cards."""

import uuid

from django.db import connection, models, transaction

from audit.log.models import Entry
from cases.models import Block, Card, Case, Place
from cases.search.cards import block_of, words_on
from cellule.accounts.acting import Acting
from cellule.vault.models import OwnerKey
from cellule.vault.models.owner import Compartment

BLOCK = 1024
# From so many loose cards on they are packed; below, opening them one by one costs less.
ENOUGH = 256


def pack(by: Acting, entry: Entry, groups: list[uuid.UUID], loose: int) -> None:
    """Put the loose cards of these groups into blocks, the oldest first, where there are enough (`loose`: about)."""
    if loose < ENOUGH:
        return
    for group in groups:
        while _packed(by, entry, group) == BLOCK:
            pass


def _packed(by: Acting, entry: Entry, group: uuid.UUID) -> int:
    """Make one block of a group; gives how many cards it took."""
    with transaction.atomic():
        if not _alone(group) or Card.objects.loose().held_by([group]).count() < ENOUGH:
            return 0
        _dissolve(group)
        loose = Card.objects.loose().held_by([group]).order_by("recorded_week", "pk")
        # Whoever writes, moves or destroys one of them now goes first: it stays loose, or goes.
        cards = list(loose.select_for_update(of=("self",), skip_locked=True)[:BLOCK])
        # Asked after the lock: a case that was moved just before is with another group.
        held = Case.objects.filter(pk__in={card.case_id for card in cards}, key_holder=group)
        words = words_on(cards, held.only("key_holder"), by, entry)
        ready = [(card, words[card.pk]) for card in cards if card.pk in words]
        if not ready:
            return 0
        block = Block(key_holder=group)
        by.vault.sealer(block, Compartment.ORDINARY).write(block, "words", block_of(ready))
        block.save(force_insert=True)
        Place.objects.bulk_create(Place(card=card, block=block) for card, _ in ready)
        Card.objects.filter(pk__in=[card.pk for card, _ in ready]).update(block=block)
        return len(ready)


def _alone(group: uuid.UUID) -> bool:
    """Whether nobody else packs for this group now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"blocks of {group}"])
        return cursor.fetchone()[0]


def _dissolve(group: uuid.UUID) -> None:
    """Let go of the blocks that have become half empty, so that their cards are packed with the others."""
    thin = Block.objects.filter(key_holder=group).annotate(live=models.Count("cards")).filter(live__lt=BLOCK // 2)
    blocks = list(thin.values_list("pk", flat=True))
    OwnerKey.objects.filter(owner__in=blocks).delete()
    Block.objects.filter(pk__in=blocks).delete()
