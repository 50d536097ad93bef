"""Finding names among many: what a block holds, and how well each of its places fits what was typed."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from cases.spelling import FEWEST_DIGITS, JOINED, NUMBER, SOUND, digits_of, sound_of, words_of

# How well one typed word fits one key, in hundredths.
SAME, AS_ONE, BEGINS, ONE_OFF, TWO_OFF, SOUNDS, SOUNDS_SHORT = 100, 97, 92, 88, 78, 80, 62
END_OF_NUMBER, PART_OF_NUMBER = 95, 85
# What fits less well on the whole is not shown.
LEAST = 60
# From so many letters on, one letter may be wrong, or two.
_ONE_WRONG, _TWO_WRONG = 4, 7


@dataclass(frozen=True)
class BlockWords:
    """The content of a block: places of cards with their editions, and each key with the places that it leads to.

    `cards`: their ids in hexadecimal, one after the other; `keys`: in order, on lines; `places`: on lines too, each a
    list of numbers with commas.
    """

    cards: str
    editions: tuple[int, ...]
    keys: str
    places: str


@dataclass(frozen=True)
class Asked:
    """What somebody typed, as it is compared: its words, or the digits of a part of a number."""

    words: tuple[str, ...]
    digits: str = ""

    @classmethod
    def of(cls, text: str) -> "Asked":
        digits = digits_of(text)
        return cls(() if digits else tuple(dict.fromkeys(words_of(text))), digits)

    @cached_property
    def as_one(self) -> str:
        """The words without the spaces between them, where there are several."""
        return "".join(self.words) if len(self.words) > 1 else ""


class Index:
    """The keys of many cards, opened; it lives as long as one request."""

    def __init__(self, words: BlockWords) -> None:
        self._words = words
        self._keys = words.keys.split("\n") if words.keys else []
        # The other keys begin with marks that sort before all words, or behind them.
        self._first = bisect_left(self._keys, "0")
        self._sounds_from = bisect_left(self._keys, SOUND)
        self._plain = self._keys[self._first : self._sounds_from]

    @classmethod
    def over(cls, cards: Iterable[tuple[str, int, set[str]]]) -> "BlockWords":
        """Make a block's content of cards: id in hexadecimal, edition, keys."""
        ids, editions = [], []
        places: dict[str, list[str]] = {}
        for at, (card, edition, keys) in enumerate(cards):
            ids.append(card)
            editions.append(edition)
            for key in keys:
                places.setdefault(key, []).append(str(at))
        ordered = sorted(places)
        return BlockWords(
            "".join(ids), tuple(editions), "\n".join(ordered), "\n".join(",".join(places[key]) for key in ordered)
        )

    def fitting(self, asked: Asked) -> Iterator[tuple[str, int, int]]:
        """Give each card that fits: its id in hexadecimal, its edition as it was packed, and how well (60 to 100)."""
        found = self._by_number(asked.digits) if asked.digits else self._by_words(asked)
        for at, fits in found.items():
            if fits >= LEAST:
                yield self._words.cards[32 * at : 32 * at + 32], self._words.editions[at], fits

    def _by_words(self, asked: Asked) -> dict[int, int]:
        if not asked.words:
            return {}
        totals: dict[int, int] = {}
        for word in asked.words:
            for at, fits in self._at(self._near(word)).items():
                totals[at] = totals.get(at, 0) + fits
        found = {at: total // len(asked.words) for at, total in totals.items()}
        if asked.as_one:
            for at in self._at(dict(self._exactly(asked.as_one, AS_ONE))):
                found[at] = max(found.get(at, 0), AS_ONE)
        return found

    def _near(self, word: str) -> dict[int, int]:
        """The keys that one typed word may mean, by their number, and how well each fits."""
        near: dict[int, int] = {}
        sound = sound_of(word)
        if len(sound) > 1 and len(word) > 2 and (at := self._number_of(SOUND + sound)) is not None:
            near[at] = SOUNDS if len(sound) > 2 else SOUNDS_SHORT
        if (at := self._number_of(JOINED + word)) is not None:
            near[at] = AS_ONE
        if len(word) >= _ONE_WRONG:
            wrong = 2 if len(word) >= _TWO_WRONG else 1
            alike = process.extract(word, self._plain, scorer=OSA.distance, score_cutoff=wrong, limit=None)
            for _key, off, at in alike:
                near[self._first + at] = (SAME, ONE_OFF, TWO_OFF)[int(off)]
        near.update(self._exactly_or_begins(word))
        return near

    def _exactly(self, word: str, fits: int) -> Iterator[tuple[int, int]]:
        for key in (word, JOINED + word):
            if (at := self._number_of(key)) is not None:
                yield at, fits

    def _exactly_or_begins(self, word: str) -> Iterator[tuple[int, int]]:
        at = bisect_left(self._keys, word, self._first, self._sounds_from)
        # One letter stands for itself only.
        while at < self._sounds_from and self._keys[at].startswith(word):
            if self._keys[at] == word:
                yield at, SAME
            elif len(word) > 1:
                yield at, BEGINS
            else:
                return
            at += 1

    def _by_number(self, digits: str) -> dict[int, int]:
        # With a zero or two before it a number is dialled; kept it is without them.
        ways = {digits, *([stripped] if len(stripped := digits.lstrip("0")) >= FEWEST_DIGITS else [])}
        near = {}
        end = bisect_left(self._keys, chr(ord(NUMBER) + 1))
        for at in range(bisect_left(self._keys, NUMBER), end):
            key = self._keys[at]
            if any(way in key for way in ways):
                near[at] = END_OF_NUMBER if any(key.endswith(way) for way in ways) else PART_OF_NUMBER
        return self._at(near)

    def _at(self, near: dict[int, int]) -> dict[int, int]:
        """The places to which these keys lead, each with the best of its keys."""
        found: dict[int, int] = {}
        # The best comes last and stays.
        for number in sorted(near, key=near.__getitem__):
            found.update(dict.fromkeys(map(int, self._places[number].split(",")), near[number]))
        return found

    def _number_of(self, key: str) -> int | None:
        at = bisect_left(self._keys, key)
        return at if at < len(self._keys) and self._keys[at] == key else None

    @cached_property
    def _places(self) -> Sequence[str]:
        return self._words.places.split("\n")
