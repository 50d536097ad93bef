"""The same person in two cases: what whoever typed may see is shown to them; all else goes to the unit's desk.

The desk compares when who supervises asks for it, with their keys. In the request of whoever typed nothing of a case
that is hidden from them is opened, so neither the page nor its time can tell them of one.
"""

import uuid
from collections.abc import Iterator, Sequence

from django.db import connection, transaction

from audit.log.models import Entry
from audit.log.record import record, record_read
from cases.actions import MATCH_FOUND, NAMES_COMPARED
from cases.intake import INTAKE
from cases.models import Case, CaseGroupGrant, CaseUserGrant, Desk, Found, Match, Pair
from cases.models.card import Card
from cases.models.moments import this_week
from cases.search.cards import Words
from cases.search.finding import Hit, Searchable, search
from cases.search.index import Asked
from cases.search.reach import groups_seen_whole
from cases.search.spelling import digits_of, words_of
from cellule import references
from cellule.accounts.acting import Acting
from cellule.vault.cards import open_for_search
from cellule.vault.models import KeyGroup
from cellule.vault.models.owner import Compartment

# How well two must fit to be shown at the intake, and to come to the desk.
ALIKE, SURELY_ALIKE = 75, 85
# Of one card so many pairs at most; and so many cards at once, so that the page answers soon.
MOST_PAIRS, AT_ONCE = 5, 50


def alike_at_intake(case: Case, called: str, by: Acting) -> Found | None:
    """Find cases like this one among those that the person sees; None where there is none. Outside a transaction."""
    hits = [hit.case for hit in search(by, called, purpose=INTAKE) if hit.fits >= ALIKE and hit.case != case.pk]
    return Found.keep(hits, by=by, at_intake=case.reference) if hits else None


def waiting(by: Acting) -> int:
    """How many cards nobody has compared with the others yet."""
    return _uncompared(by).count()


def compare(by: Acting) -> int:
    """Compare some of the cards that wait with all others, and put new pairs on the desk; gives how many.

    For who supervises; outside a transaction.
    """
    entry = record_read(NAMES_COMPARED, by=by.actor)
    searchable = Searchable(by, entry)
    cards = list(_uncompared(by).order_by("recorded_week", "pk")[:AT_ONCE])
    told = searchable.told(cards)
    asked = [(card, question) for card in cards if card.pk in told for question in _questions(told[card.pk])]
    answers = searchable.fitting(*(question for _, question in asked))
    # The desk is the unit's: a case in a circle never comes to it, also where who compares is in that circle.
    of_the_unit = _held_by_unit({hit.case for hits in answers for hit in hits}, by)
    pairs = [
        pair
        for (card, question), hits in zip(asked, answers, strict=True)
        for pair in _pairs(card, question, [hit for hit in hits if hit.case in of_the_unit])
    ]
    with transaction.atomic():
        found = _put_on_desk(by, pairs, entry)
        for card in cards:
            # What was written meanwhile is compared the next time.
            Card.objects.filter(pk=card.pk, edition=card.edition).update(compared=True)
    return found


def desk_of(by: Acting) -> Desk:
    """The unit's desk. Raises NotAMember."""
    return Desk(by.vault.roster_of(KeyGroup.Kind.UNIT).body.group)


def _uncompared(by: Acting):
    return Card.objects.filter(compared=False).held_by(groups_seen_whole(by))


def _held_by_unit(cases: set[uuid.UUID], by: Acting) -> set[uuid.UUID]:
    held = Case.objects.filter(pk__in=cases, key_holder__in=groups_seen_whole(by))
    return set(held.values_list("pk", flat=True))


def _questions(words: Words) -> Iterator[Asked]:
    names, numbers = words
    yield from (Asked(found) for name in names if (found := tuple(dict.fromkeys(words_of(name)))))
    yield from (Asked((), digits) for number in numbers if (digits := digits_of(number)))


def _pairs(card: Card, asked: Asked, hits: Sequence[Hit]) -> Iterator[Pair]:
    """The pairs worth a look: whole numbers, and names that fit well."""
    others = [hit for hit in hits if hit.case != card.case_id and hit.fits >= SURELY_ALIKE]
    for hit in others[:MOST_PAIRS]:
        yield Pair(card.case_id.hex, hit.case.hex, hit.fits, bool(asked.digits))


def _put_on_desk(by: Acting, pairs: Sequence[Pair], entry: Entry) -> int:
    desk = desk_of(by)
    with connection.cursor() as cursor:
        # Two who compare at once would not see each other's pairs.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"desk of {desk.pk}"])
    opened = open_for_search(by.vault, [desk], [Compartment.ORDINARY], entry)[desk.pk]
    rows = Match.objects.filter(desk=desk.pk)
    known = {frozenset((pair.newer, pair.older)) for pair in (opened.read(row, "pair") for row in rows)}
    # Every pair once, by whatever fits best.
    new = {
        cases: pair
        for pair in sorted(pairs, key=lambda pair: pair.fits)
        if (cases := frozenset((pair.newer, pair.older))) not in known
    }
    hidden = [pair for pair in new.values() if not _is_seen_by_one(pair)]
    if hidden:
        sealer = by.vault.sealer(desk, Compartment.ORDINARY)
        for pair in hidden:
            match = Match(reference=references.new_reference(), desk=desk.pk, recorded_week=this_week())
            sealer.write(match, "pair", pair)
            match.save(force_insert=True)
            record(MATCH_FOUND, by=by.actor, **match._told_by(by))
    return len(hidden)


def _is_seen_by_one(pair: Pair) -> bool:
    """Whether somebody works on both cases: to them they are shown, and no desk need compare them."""
    newer, older = (_workers(uuid.UUID(hex=case)) for case in (pair.newer, pair.older))
    return bool(newer & older)


def _workers(case: uuid.UUID) -> set[tuple[str, object]]:
    people = CaseUserGrant.objects.filter(content_object=case).values_list("user", flat=True)
    bodies = CaseGroupGrant.objects.filter(content_object=case).values_list("group", flat=True)
    return {*(("user", pk) for pk in people), *(("group", pk) for pk in bodies)}
