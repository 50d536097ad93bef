"""Opening cards one by one, under the entry of a search."""

import uuid
from collections.abc import Iterable, Mapping, Sequence

from audit.log.models import Entry
from cases.models import BlockWords, Card, Case
from cases.search.index import Index
from cases.search.spelling import keys_of
from cellule.accounts.acting import Acting
from cellule.vault.cards import open_for_search
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import OpenedOwner

# Everybody who sees a case may reveal who is in it and how they are reached; a hit shows neither.
_COMPARTMENTS = (Compartment.ORDINARY, Compartment.IDENTITY, Compartment.CONTACT)

# The names on a card, and the telephone numbers.
type Words = tuple[list[str], list[str]]


def words_on(cards: Sequence[Card], cases: Iterable[Case], by: Acting, entry: Entry) -> dict[uuid.UUID, Words]:
    """Open cards of these cases: what is written on each, by card; without those that do not open."""
    # A case may be seen, by a grant, whose keys lie with a group of others: of that nothing opens.
    held = [case for case in cases if case.key_holder in by.vault.memberships]
    opened = open_for_search(by.vault, held, _COMPARTMENTS, entry)
    return {card.pk: words for card in cards if (words := _words(card, opened)) is not None}


def block_of(cards: Iterable[tuple[Card, Words]]) -> BlockWords:
    """The content of a block of these cards."""
    return Index.over((card.pk, card.edition, keys_of(*words)) for card, words in cards)


def _words(card: Card, opened: Mapping[uuid.UUID, OpenedOwner]) -> Words | None:
    if (keys := opened.get(card.case_id)) is None:
        return None
    try:
        told = {column: keys.read(card, column) for column in ("ordinary", "identity", "contact")}
    except CannotOpen:
        return None
    words = {column: list(each.words) if each else [] for column, each in told.items()}
    return words["ordinary"] + words["identity"], words["contact"]
