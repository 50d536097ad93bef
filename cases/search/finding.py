"""Finding cases by what people are called, by a legal name, by a part of a number, or by the case's code.

Only what the person may see is opened, so that what exists elsewhere changes neither the answer nor its time. Who
supervises sees all that the intake and the unit hold: their blocks are opened whole. Everybody else sees few cases,
and opens the cards of those.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from audit.log.models import Entry
from cases.actions import SEARCHED
from cases.models import Block, Card, Case
from cases.search.cards import Words, block_of, words_on
from cases.search.index import LEAST, Asked, Fit, Index
from cases.search.packing import pack
from cases.search.reach import cards_seen_singly, groups_seen_whole
from cellule import references
from cellule.accounts.acting import Acting
from cellule.vault.cards import open_for_search
from cellule.vault.details import record_with_detail
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen

# So many cases at most: who finds more has typed too little.
MOST = 200
CODE_FITS = 101


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
    known = by.vault.rosters.values()
    entry = record_with_detail(SEARCHED, {"words": typed}, by=by.actor, purpose=purpose, read=True, known=known)
    words = Searchable(by, entry)
    (hits,) = words.fitting(Asked.of(typed))
    if (case := _by_code(by, typed)) is not None:
        hits = [Hit(case, CODE_FITS, None), *(hit for hit in hits if hit.case != case)]
    words.pack()
    return hits[:MOST]


class Searchable:
    """Everything in which one person may search, opened under one entry, for one request."""

    def __init__(self, by: Acting, entry: Entry) -> None:
        self._by, self._entry, self._groups = by, entry, groups_seen_whole(by)
        self._loose = 0

    def fitting(self, *asked: Asked) -> list[list[Hit]]:
        """Give what fits each question, every case once, the best first; blocks are opened once for all questions.

        Stale places of a block are left out, and what has gone to somebody else.
        """
        # A few more: of two that lie in one case, and of what has been overtaken, nothing comes twice.
        most = MOST * 5 // 4
        while True:
            best = self._best(asked, most)
            there = self._there({place.fit.card for places in best for place in places})
            found = [list(_hits(places, there))[:MOST] for places in best]
            # Places that were left out may stand before others that would have been shown.
            if all(len(places) < most or len(hits) == MOST for places, hits in zip(best, found, strict=True)):
                return found
            most *= 4

    def _best(self, asked: Sequence[Asked], most: int) -> list[list["_Place"]]:
        """So many places for each question at most: a common name fits thousands."""
        best: list[list[_Place]] = [[] for _ in asked]
        for block, index in self._indexes():
            for at, one in enumerate(asked):
                above = best[at][-1].fit.fits if len(best[at]) == most else LEAST - 1
                if found := index.fitting(one, above=above, most=most):
                    places = [*best[at], *(_Place(fit, block) for fit in found)]
                    best[at] = sorted(places, key=_fits, reverse=True)[:most]
        return best

    def _there(self, cards: set[uuid.UUID]) -> dict[uuid.UUID, "_Now"]:
        """The cards among these whose case this person sees now."""
        if not cards:
            return {}
        visible = Card.objects.among(cards).filter(case__in=Case.objects.visible_to(self._by.user))
        return {row[0]: _Now(*row) for row in visible.values_list("pk", "case", "edition", "block")}

    def told(self, cards: Sequence[Card]) -> dict[uuid.UUID, Words]:
        """Open cards: by card the names on it, and the telephone numbers; without those that do not open."""
        cases = Case.objects.filter(pk__in={card.case_id for card in cards}).only("key_holder") if cards else ()
        return words_on(cards, cases, self._by, self._entry)

    def pack(self) -> None:
        """Put loose cards into blocks, where this person sees enough of them."""
        pack(self._by, self._entry, self._groups, self._loose)

    def _indexes(self) -> Iterator[tuple[uuid.UUID | None, Index]]:
        """What is opened singly, then every block; each is forgotten before the next one is opened."""
        cards = cards_seen_singly(self._by, self._groups)
        self._loose = sum(card.block_id is None for card in cards)
        yield None, self._singly(cards)
        if not self._groups:
            return
        blocks = Block.objects.of_groups(self._groups)
        opened = open_for_search(self._by.vault, blocks, [Compartment.ORDINARY], self._entry)
        keyless = [block.pk for block in blocks if not opened[block.pk].keys]
        for block in blocks:
            # Whoever changed it past us hides what lies in it, and nothing else.
            with suppress(CannotOpen):
                yield block.pk, Index(opened[block.pk].read(block, "words"))
        # Somebody may have just deleted one, or its key: its cards are loose then. Or an older backup of everything but
        # the keys has brought it back, and they lie in it still.
        if keyless and (cards := list(Card.objects.filter(block__in=keyless))):
            yield None, self._singly(cards)

    def _singly(self, cards: Sequence[Card]) -> Index:
        told = self.told(cards)
        return Index(block_of((card, told[card.pk]) for card in cards if card.pk in told))


class _Place(NamedTuple):
    """A place that fits, and its block; none when the card was opened singly."""

    fit: Fit
    block: uuid.UUID | None


_fits = attrgetter("fit.fits")


class _Now(NamedTuple):
    """How a card stands now."""

    pk: uuid.UUID
    case: uuid.UUID
    edition: int
    block: uuid.UUID | None


def _hits(places: Sequence[_Place], there: Mapping[uuid.UUID, _Now]) -> Iterator[Hit]:
    """Every case once, by what fits it best; nothing of a place that has been overtaken."""
    seen = set()
    for fit, block in places:
        now = there.get(fit.card)
        if now is None or now.case in seen or now.edition != fit.edition or block not in (None, now.block):
            continue
        seen.add(now.case)
        yield Hit(now.case, fit.fits, now.pk)


def _by_code(by: Acting, typed: str) -> uuid.UUID | None:
    try:
        reference = references.parse(typed)
    except ValueError:
        return None
    return Case.objects.visible_to(by.user).filter(reference=reference).values_list("pk", flat=True).first()
