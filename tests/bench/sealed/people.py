"""Many sealed people for the search: their cards, the blocks of them, and what is timed over both."""

import random
import resource
import secrets
import time
import uuid
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction

from audit.log.record import record_read
from cases.actions import SEARCHED
from cases.models import Block, Card, CardWords, Case, Place
from cases.models.moments import this_week
from cases.search.cards import block_of, words_on
from cases.search.finding import search
from cases.search.index import Asked, Index
from cases.search.packing import BLOCK
from cellule.accounts.acting import Acting
from cellule.accounts.fiction import act_as
from cellule.vault.models import KeyGroup, OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.owner_keys import wrapped_key
from cellule.vault.unlocked import Sealer, group_id

_ONSETS = [
    "b",
    "c",
    "ch",
    "d",
    "dj",
    "f",
    "g",
    "h",
    "j",
    "k",
    "kh",
    "l",
    "m",
    "n",
    "ny",
    "p",
    "r",
    "s",
    "sh",
    "t",
    "th",
    "v",
    "w",
    "y",
    "z",
]
_RIMES = ["a", "e", "i", "o", "u", "an", "el", "ou", "ia", "in", "ar", "eth", "im", "ola"]
_NAMES = 20_000


class _Kept:
    by: Acting
    asked: list[str]


def prepare(email: str, passphrase: str) -> None:
    """Sign a supervisor in, outside a browser."""
    _Kept.by = act_as(email, passphrase)
    _Kept.asked = []


def fill(people: int) -> int:
    """Seal cards up to so many people, in cases of the crowd, and pack them; gives how many there are now."""
    group, pick, names = group_id(KeyGroup.Kind.UNIT), random.Random(2026 + people), _names()
    crowd = Case.objects.filter(key_holder=group, reference__startswith="00").order_by("reference")
    cases = list(crowd.values_list("pk", flat=True))
    begun = Card.objects.count()
    for at in range(begun, people, BLOCK):
        # Once every case has somebody, each gets somebody more, under one more key.
        places = [(cases[i % len(cases)], 2 + i // len(cases)) for i in range(at, min(at + BLOCK, people))]
        _seal_block(places, group, pick, names)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_card")
    return Card.objects.count()


def _seal_block(places: list[tuple[uuid.UUID, int]], group: uuid.UUID, pick: random.Random, names: list[str]) -> None:
    vault = _Kept.by.vault
    epoch = vault.newest_epoch(group)
    wrapping = vault.wrapping_key(group, epoch)
    block, content, cards, wraps = Block(key_holder=group), [], [], []
    for case, version in places:
        called, key = f"{_pick(pick, names)} {_pick(pick, names)}", secrets.token_bytes(32)
        told = {"owner": case, "compartment": "ordinary", "version": version, "holder": group, "epoch": epoch}
        wraps.append(wrapped_key(key, wrapping, **told))
        card = Card(pk=uuid.uuid4(), case_id=case, edition=1, block=block, compared=True, recorded_week=this_week())
        Sealer(case, {"ordinary": (version, AESGCM(key))}).write(card, "ordinary", CardWords((called,)))
        cards.append(card)
        content.append((card, ([called], [])))
        if len(cards) % (BLOCK // 2) == 1:
            _Kept.asked += _as_typed(pick, called)
    with transaction.atomic():
        vault.sealer(block, Compartment.ORDINARY).write(block, "words", block_of(content))
        block.save(force_insert=True)
        OwnerKey.objects.bulk_create(wraps)
        Card.objects.bulk_create(cards)
        Place.objects.bulk_create(Place(card=card, block=block) for card in cards)


def searches(times: int) -> list[float]:
    """Milliseconds of so many searches, the entry in the log and all; each finds somebody."""
    taken = []
    for _ in range(times):
        asked = random.choice(_Kept.asked)
        # As in a request: nothing is known of rosters and roots but what the process keeps.
        by = _again()
        start = time.perf_counter()
        hits = search(by, asked)
        taken.append(1000 * (time.perf_counter() - start))
        if not hits:
            raise RuntimeError("a search over people who are there found nobody")
    return taken


def card_by_card() -> float:
    """Milliseconds of opening every card by itself, and matching one name."""
    by = _again()
    entry = record_read(SEARCHED, by=by.actor)
    start = time.perf_counter()
    cards = list(Card.objects.all())
    words = words_on(cards, Case.objects.filter(pk__in={card.case_id for card in cards}), by, entry)
    Index(block_of((card, words[card.pk]) for card in cards)).fitting(Asked.of(_Kept.asked[0]))
    return 1000 * (time.perf_counter() - start)


def memory(times: int) -> tuple[float, float]:
    """MiB that this process holds before so many searches and after them."""
    before = _resident()
    searches(times)
    return before, _resident()


def _again() -> Acting:
    by = _Kept.by
    vault = type(by.vault)(by.vault.user, by.vault.role, by.vault.identity, by.vault.organisation)
    return Acting(by.user, by.actor, vault)


def _names() -> list[str]:
    pick = random.Random(7)
    lengths = (2, 3, 3, 4)
    return [
        "".join(pick.choice(_ONSETS) + pick.choice(_RIMES) for _ in range(pick.choice(lengths))) for _ in range(_NAMES)
    ]


def _pick(pick: random.Random, names: list[str]) -> str:
    """Some names are very common, most are rare."""
    return names[min(int(pick.paretovariate(0.35)), _NAMES) - 1].capitalize()


def _as_typed(pick: random.Random, called: str) -> list[str]:
    first, last = called.lower().split()
    at = pick.randrange(1, len(last))
    doubled, wrong = f"{last[:at]}{last[at]}{last[at:]}", f"{last[:at]}x{last[at + 1 :]}"
    return [called, f"{last} {first}", f"{first} {doubled}", first, f"{wrong} {first}"]


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20
