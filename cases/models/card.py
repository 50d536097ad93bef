"""What somebody is found by: small sealed cards, which are the truth, and blocks of many, which are a cache of them.

A card dies with what it tells of; whatever is taken away takes with it every block in which the card ever lay.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from psycopg.pq import Format

from cases.models.moments import this_week
from cases.models.person import Person
from cases.models.safe_contact import SafeContact
from cases.models.visibility import Among
from cases.search.index import BlockWords
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models import OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import Sealer

if TYPE_CHECKING:
    from cases.models.case import Case


@dataclass(frozen=True)
class CardWords:
    """Names, or telephone numbers (E.164), as they were written down."""

    words: tuple[str, ...] = ()


# In the form in which they lie there: as text, as all else comes, they take four times as long.
_BLOCKS = "SELECT id, key_holder, words FROM cases_block WHERE key_holder = ANY(%s)"


class BlockQuerySet(models.QuerySet["Block"]):
    def of_groups(self, groups: Sequence[uuid.UUID]) -> list["Block"]:
        """Give all blocks of these key groups; there are many, and each is large."""
        with connection.cursor() as cursor:
            cursor.cursor.format = Format.BINARY
            cursor.execute(_BLOCKS, [list(groups)])
            return [self.model.from_db(connection.alias, _COLUMNS, row) for row in cursor.fetchall()]


_COLUMNS = ("id", "key_holder", "words")


class Block(SealedModel):
    """The keys of up to 1 024 cards under one key of their group. Never changed, only deleted; made anew from cards."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key_holder = models.UUIDField(_("key group"), db_index=True)
    words = SealedDocument("cases.block.words", document=BlockWords, compartment=Compartment.ORDINARY)
    # The log never names a block: it is opened under the entry of a search.
    reference = ""

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("block of search words")
        verbose_name_plural = _("blocks of search words")
        default_permissions = ()

    def __str__(self) -> str:
        return "block"


def each_of(ids: Collection[uuid.UUID]) -> RawSQL:
    """Ids as one value of a statement, however many they are; for `Among`."""
    return RawSQL("SELECT unnest(%s::uuid[])", [list(ids)])


class CardQuerySet(models.QuerySet["Card"]):
    def loose(self) -> Self:
        """Keep the cards that lie in no block as they are now."""
        return self.filter(block=None)

    def among(self, cards: Collection[uuid.UUID]) -> Self:
        """Keep these, however many they are: their ids go as one value."""
        return self.filter(Among(models.F("pk"), each_of(cards)))

    def held_by(self, groups: Collection[uuid.UUID]) -> Self:
        """Keep the cards of cases whose keys these groups hold."""
        return self.filter(Among(models.F("case__key_holder"), each_of(groups)))


class Card(SealedModel):
    """The searchable words of one person, or of one way to reach them, by compartment; its id is that row's.

    In clear: how often it was written, and in which block it lies.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="cards")
    edition = models.PositiveIntegerField(_("edition"), default=0)
    block = models.ForeignKey(Block, on_delete=models.SET_NULL, null=True, related_name="cards")
    # Whether somebody has looked for the same person elsewhere since it was written.
    compared = models.BooleanField(_("compared"), default=False)
    recorded_week = models.DateField(_("recorded in the week of"))
    ordinary = SealedDocument(
        "cases.card.ordinary", document=CardWords, compartment=Compartment.ORDINARY, owner="case_id", null=True
    )
    identity = SealedDocument(
        "cases.card.identity", document=CardWords, compartment=Compartment.IDENTITY, owner="case_id", null=True
    )
    contact = SealedDocument(
        "cases.card.contact", document=CardWords, compartment=Compartment.CONTACT, owner="case_id", null=True
    )

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = _("card of search words")
        verbose_name_plural = _("cards of search words")
        default_permissions = ()
        indexes = [
            models.Index(fields=["recorded_week", "id"], condition=models.Q(block=None), name="card_loose"),
            models.Index(fields=["id"], condition=models.Q(compared=False), name="card_to_compare"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="card_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return "card"


class Place(models.Model):
    """That a card lies, or once lay, in a block: what must go with it."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="places")
    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="places")

    class Meta:
        verbose_name = _("place in a block")
        verbose_name_plural = _("places in blocks")
        default_permissions = ()

    def __str__(self) -> str:
        return "place"


def write_card(case: "Case", row: models.Model, documents: Mapping[str, Any], sealer: Sealer) -> None:
    """Let the card of a row follow what is written into it, under the lock of the case's row and with its sealer."""
    told = {name: _searchable(row, name, documents[name]) for name in documents if (type(row), name) in _SEARCHED}
    if not told:
        return
    card = Card.objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if card is None:
        if not any(told.values()):
            return
        card = Card(pk=row.pk, case=case)
    elif any(documents[name] is None for name in told):
        # Taken away for good: no block may still tell of it.
        forget_blocks(Card.objects.filter(pk=card.pk))
    for name, words in told.items():
        sealer.write(card, name, CardWords(words) if words else None)
    is_new, card.edition = not card.edition, card.edition + 1
    card.block, card.compared, card.recorded_week = None, False, this_week()
    if is_new:
        card.save(force_insert=True)
    else:
        card.save(update_fields=[*told, "edition", "block", "compared", "recorded_week"])


def forget_blocks(cards: CardQuerySet) -> None:
    """Delete every block in which these cards ever lay, its key first; the other cards in it are loose again.

    For a case that moves to another key group, and before anything of it is destroyed; inside that transaction.
    """
    # Whoever packs holds its cards: what is being packed now is waited for, and seen.
    held = list(cards.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    blocks = set(Place.objects.filter(card__in=held).values_list("block", flat=True))
    OwnerKey.objects.filter(owner__in=blocks).delete()
    Block.objects.filter(pk__in=blocks).delete()


def destroy_cards(case: uuid.UUID) -> None:
    """Delete the cards of a case and every block they ever lay in; needs no key. Inside the destroying transaction."""
    forget_blocks(Card.objects.filter(case=case))
    Card.objects.filter(case=case).delete()


def _searchable(row: models.Model, name: str, document: Any) -> tuple[str, ...]:
    if document is None:
        return ()
    return tuple(
        answer for field in _SEARCHED[type(row), name] if (answer := getattr(document, field)) and type(answer) is str
    )


# An answer that is one of three kinds of unknown is no text.
_SEARCHED: dict[tuple[type, str], tuple[str, ...]] = {
    (Person, "ordinary"): ("called",),
    (Person, "identity"): ("legal_name", "original_script"),
    (SafeContact, "contact"): ("phone",),
}
