"""Finding cases by what people are called, by a legal name, by a part of a number, or by the case's code.

Only what the person may see is opened, so that what exists elsewhere changes neither the answer nor its time. Who
supervises sees all that the intake and the unit hold: their blocks are opened whole. Everybody else sees few cases,
and opens the cards of those.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from heapq import nlargest
from operator import itemgetter
from typing import NamedTuple

from django.db import connection, models, transaction

from audit.log.models import Entry
from cases.actions import SEARCHED
from cases.index import Asked, BlockWords, Index
from cases.models import Case
from cases.models.card import Block, Card, Place
from cases.spelling import keys_of
from cellule import references
from cellule.accounts.acting import Acting
from cellule.accounts.roles import Permission
from cellule.vault.cards import open_for_search
from cellule.vault.details import record_with_detail
from cellule.vault.models import KeyGroup, OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import OpenedOwner

# So many cases at most: who finds more has typed too little.
MOST = 200
BLOCK = 1024
# From so many loose cards on they are packed; below, opening them one by one costs less.
ENOUGH = 256
CODE_FITS = 101
# Everybody who sees a case may reveal who is in it and how they are reached; a hit shows neither.
COMPARTMENTS = (Compartment.ORDINARY, Compartment.IDENTITY, Compartment.CONTACT)


@dataclass(frozen=True)
class Hit:
    """A case that fits, how well (60 to 101), and through which card (None: by its code)."""

    case: uuid.UUID
    fits: int
    card: uuid.UUID | None


def search(by: Acting, typed: str, *, purpose: str = "") -> list[Hit]:
    """Find the cases that fit, the best first, after the entry that says so is committed; outside a transaction.

    What was typed goes sealed to the privacy officers. Who sees whole groups packs what is loose in them.
    """
    entry = record_with_detail(SEARCHED, {"words": typed}, by=by.actor, purpose=purpose, read=True)
    words = Searchable(by, entry)
    (hits,) = words.fitting(Asked.of(typed))
    if (case := _by_code(by, typed)) is not None:
        hits = [Hit(case, CODE_FITS, None), *(hit for hit in hits if hit.case != case)]
    words.pack()
    return hits[:MOST]


def groups_seen_whole(by: Acting) -> list[uuid.UUID]:
    """The key groups of whose cases this person sees every one, and holds the keys."""
    if not by.user.has_perm(Permission.SUPERVISE_CASES):
        return []
    rosters = by.vault.rosters
    return [each for each in by.vault.memberships if rosters[each].body.kind in _OF_THE_UNIT]


_OF_THE_UNIT = (KeyGroup.Kind.INTAKE.value, KeyGroup.Kind.UNIT.value)


class Searchable:
    """Everything in which one person may search, opened under one entry, for one request."""

    def __init__(self, by: Acting, entry: Entry) -> None:
        self._by, self._entry, self._groups = by, entry, groups_seen_whole(by)
        self._loose = 0

    def fitting(self, *asked: Asked) -> list[list[Hit]]:
        """Give what fits each question, every case once, the best first; blocks are opened once for all questions.

        Stale places of a block are left out, and what has gone to somebody else.
        """
        found: list[list[_Fit]] = [[] for _ in asked]
        for block, index in self._indexes():
            for fits, one in zip(found, asked, strict=True):
                fits += [_Fit(fit, edition, card, block) for card, edition, fit in index.fitting(one)]
        # The best of them only: a common name may fit thousands.
        best = [nlargest(MOST, fits, key=itemgetter(0)) for fits in found]
        there = self._cards_of({fit.card for fits in best for fit in fits})
        return [list(_hits(fits, there)) for fits in best]

    def _cards_of(self, cards: set[str]) -> dict[str, "_Now"]:
        """The cards among these whose case this person sees now."""
        visible = Card.objects.filter(pk__in=cards, case__in=Case.objects.visible_to(self._by.user))
        rows = visible.values_list("pk", "case", "edition", "block")
        return {pk.hex: _Now(pk, case, edition, block) for pk, case, edition, block in rows}

    def told(self, cards: Sequence[Card]) -> dict[uuid.UUID, tuple[list[str], list[str]]]:
        """Open cards: by card the names on it, and the telephone numbers; without those that do not open."""
        opened = self._opened(list(Case.objects.filter(pk__in={card.case_id for card in cards})))
        return {card.pk: words for card in cards if (words := _words(card, opened)) is not None}

    def pack(self) -> None:
        """Put loose cards into blocks, the oldest first, where there are enough of them."""
        if self._loose < ENOUGH:
            return
        for group in self._groups:
            while self._packed(group) == BLOCK:
                pass

    def _packed(self, group: uuid.UUID) -> int:
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
            opened = self._opened(list(held))
            ready = [(card, words) for card in cards if (words := _words(card, opened)) is not None]
            if not ready:
                return 0
            block = Block(key_holder=group)
            self._by.vault.sealer(block, Compartment.ORDINARY).write(block, "words", _index(ready))
            block.save(force_insert=True)
            Place.objects.bulk_create(Place(card=card, block=block) for card, _ in ready)
            Card.objects.filter(pk__in=[card.pk for card, _ in ready]).update(block=block)
            return len(ready)

    def _indexes(self) -> Iterator[tuple[uuid.UUID | None, Index]]:
        """What is opened singly, then every block; each is forgotten before the next one is opened."""
        loose = list(Card.objects.loose().held_by(self._groups)) if self._groups else []
        self._loose = len(loose)
        cards = [*Card.objects.filter(case__in=self._seen_apart()), *loose]
        told = self.told(cards)
        yield None, Index(_index([(card, told[card.pk]) for card in cards if card.pk in told]))
        if not self._groups:
            return
        blocks = list(Block.objects.filter(key_holder__in=self._groups))
        opened = open_for_search(self._by.vault, blocks, [Compartment.ORDINARY], self._entry)
        for block in blocks:
            # Somebody may have just deleted it, or its key; its cards are loose then.
            with suppress(CannotOpen):
                yield block.pk, Index(opened[block.pk].read(block, "words"))

    def _seen_apart(self) -> models.QuerySet[Case]:
        """The cases that this person sees outside the groups that are seen whole."""
        if not self._groups:
            return Case.objects.visible_to(self._by.user)
        return Case.objects.worked_by(self._by.user).exclude(key_holder__in=self._groups)

    def _opened(self, cases: Sequence[Case]) -> dict[uuid.UUID, OpenedOwner]:
        # A case may be seen, by a grant, whose keys lie with a group of others: of that nothing opens.
        held = [case for case in cases if case.key_holder in self._by.vault.memberships]
        return open_for_search(self._by.vault, held, COMPARTMENTS, self._entry)


class _Fit(NamedTuple):
    """A place that fits, and how well: its card (in hexadecimal) as it was when it was packed, no block when loose."""

    fits: int
    edition: int
    card: str
    block: uuid.UUID | None


class _Now(NamedTuple):
    """How a card stands now."""

    pk: uuid.UUID
    case: uuid.UUID
    edition: int
    block: uuid.UUID | None


def _hits(fits: Sequence[_Fit], there: Mapping[str, _Now]) -> Iterator[Hit]:
    """Every case once, by what fits it best; nothing of a place that has been overtaken."""
    seen = set()
    for fit in fits:
        now = there.get(fit.card)
        if now is None or now.case in seen or now.edition != fit.edition or fit.block not in (None, now.block):
            continue
        seen.add(now.case)
        yield Hit(now.case, fit.fits, now.pk)


type Words = tuple[list[str], list[str]]


def _words(card: Card, opened: Mapping[uuid.UUID, OpenedOwner]) -> Words | None:
    """The names and the telephone numbers on a card; None for one that does not open."""
    if (keys := opened.get(card.case_id)) is None:
        return None
    try:
        told = {column: keys.read(card, column) for column in ("ordinary", "identity", "contact")}
    except CannotOpen:
        return None
    words = {column: list(each.words) if each else [] for column, each in told.items()}
    return words["ordinary"] + words["identity"], words["contact"]


def _index(cards: Iterable[tuple[Card, Words]]) -> BlockWords:
    return Index.over((card.pk.hex, card.edition, keys_of(*words)) for card, words in cards)


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


def _by_code(by: Acting, typed: str) -> uuid.UUID | None:
    try:
        reference = references.parse(typed)
    except ValueError:
        return None
    return Case.objects.visible_to(by.user).filter(reference=reference).values_list("pk", flat=True).first()
