"""Finding names among many: what a block holds, and how well each of its places fits what was typed.

A set of places is one whole number, a bit for each: two words are compared with a thousand people by a few operations
on such numbers, however many of them have a common name.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from rapidfuzz import process
from rapidfuzz.distance import OSA

from cases.search.spelling import FEWEST_DIGITS, Keys, digits_of, sound_of, words_of

# How well one typed word fits one key, in hundredths.
SAME, AS_ONE, BEGINS, ONE_OFF, TWO_OFF, SOUNDS, SOUNDS_SHORT = 100, 97, 92, 88, 78, 80, 62
END_OF_NUMBER, PART_OF_NUMBER = 95, 85
# What fits less well on the whole is not shown.
LEAST = 60
# From so many letters on, one letter may be wrong, or two.
_ONE_WRONG, _TWO_WRONG = 4, 7
# An id of 16 bytes in base64, without the signs that only fill it up.
_ID, _FILL = 22, "=="
# Before the places of a key that has many: a set as one number in hexadecimal is read much faster than a list.
_MASK, _MANY = "x", 40


@dataclass(frozen=True)
class BlockWords:
    """The content of a block: cards with their editions, and each key with the places that it leads to.

    Texts without a line break, because one that needs no unfolding is read much faster. `cards`: ids in base64, one
    after the other; all else has blanks between. `words`, `numbers`: keys in order, with their places in the same order
    beside them: numbers with commas, or a set in hexadecimal. `joined`, `sounds`: blank, key, colon, places; those of a
    sound are numbers of `words`.
    """

    cards: str
    editions: str
    words: str
    word_places: str
    joined: str
    sounds: str
    numbers: str
    number_places: str


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

    @cached_property
    def sounds(self) -> dict[str, str]:
        """How each word sounds."""
        return {word: sound_of(word) for word in self.words}


class Fit(NamedTuple):
    """A place that fits: how well (60 to 100), its card, and the edition of it that was packed."""

    fits: int
    card: UUID
    edition: int


# Places by how well they fit; no place stands under two.
type _Levels = dict[int, int]


class Index:
    """The keys of many cards, opened; it lives as long as one request."""

    def __init__(self, words: BlockWords) -> None:
        self._is = words

    @classmethod
    def over(cls, cards: Iterable[tuple[UUID, int, Keys]]) -> "BlockWords":
        """Make a block's content of cards: id, edition, keys."""
        ids: list[str] = []
        editions: list[str] = []
        words: dict[str, list[int]] = {}
        joined: dict[str, list[int]] = {}
        numbers: dict[str, list[int]] = {}
        for at, (card, edition, keys) in enumerate(cards):
            ids.append(urlsafe_b64encode(card.bytes).decode()[:_ID])
            editions.append(str(edition))
            for places, found in ((words, keys.words), (joined, keys.joined), (numbers, keys.numbers)):
                for key in found:
                    places.setdefault(key, []).append(at)
        ordered = sorted(words)
        sounds: dict[str, list[int]] = {}
        for at, word in enumerate(ordered):
            if sound := sound_of(word):
                sounds.setdefault(sound, []).append(at)
        return BlockWords(
            "".join(ids),
            " ".join(editions),
            " ".join(ordered),
            _lines(words),
            _keyed_lines(joined),
            _keyed_lines(sounds),
            " ".join(sorted(numbers)),
            _lines(numbers),
        )

    def fitting(self, asked: Asked, *, above: int = LEAST - 1, most: int | None = None) -> list[Fit]:
        """Give the cards that fit better than `above`, the best first; `most`: so many of them at most."""
        levels = self._by_number(asked.digits) if asked.digits else self._by_words(asked)
        best = ((fits, at) for fits in sorted(levels, reverse=True) if fits > above for at in _places_in(levels[fits]))
        return [Fit(fits, *self._card(at)) for fits, at in islice(best, most)]

    def _card(self, at: int) -> tuple[UUID, int]:
        encoded = self._is.cards[_ID * at : _ID * (at + 1)]
        return UUID(bytes=urlsafe_b64decode(encoded + _FILL)), int(self._editions[at])

    def _by_words(self, asked: Asked) -> _Levels:
        if not asked.words:
            return {}
        count = len(asked.words)
        sums: _Levels = {0: (1 << len(self._is.cards) // _ID) - 1}
        for left, word in zip(range(count - 1, -1, -1), asked.words, strict=True):
            # What cannot come to enough any more is let go of.
            enough = LEAST * count - SAME * left
            sums = _added(sums, self._near(word, asked.sounds[word]), enough)
        levels: _Levels = {}
        for total, places in sums.items():
            levels[total // count] = levels.get(total // count, 0) | places
        if asked.as_one and (places := self._as_one(asked.as_one) | self._of_words({self._word(asked.as_one)})):
            levels = _best_of([(AS_ONE, places), *levels.items()])
        return levels

    def _near(self, word: str, sound: str) -> _Levels:
        """The places to which one typed word may lead, and how well it fits each."""
        near: dict[int, set[int]] = {}
        if sound and (line := _line_of(self._is.sounds, sound)):
            near[SOUNDS if len(sound) > 2 else SOUNDS_SHORT] = set(_places_in(_mask(line)))
        if len(word) >= _ONE_WRONG:
            wrong = 2 if len(word) >= _TWO_WRONG else 1
            for _key, off, at in process.extract(
                word, self._words, scorer=OSA.distance, score_cutoff=wrong, limit=None
            ):
                near.setdefault((SAME, ONE_OFF, TWO_OFF)[int(off)], set()).add(at)
        for at in self._beginning_with(word):
            near.setdefault(SAME if self._words[at] == word else BEGINS, set()).add(at)
        found = [(fits, self._of_words(lines)) for fits, lines in near.items()]
        if places := self._as_one(word):
            found.append((AS_ONE, places))
        return _best_of(found)

    def _beginning_with(self, word: str) -> Iterator[int]:
        """The lines of words that begin so; one letter stands for itself only."""
        for at in range(bisect_left(self._words, word), len(self._words)):
            found = self._words[at]
            if not found.startswith(word) or (len(word) == 1 and found != word):
                return
            yield at

    def _by_number(self, digits: str) -> _Levels:
        # With a zero or two before it a number is dialled; kept it is without them.
        ways = {digits, *([stripped] if len(stripped := digits.lstrip("0")) >= FEWEST_DIGITS else [])}
        if not any(way in self._is.numbers for way in ways):
            return {}
        found, lines = [], self._is.number_places.split(" ")
        for at, number in enumerate(self._is.numbers.split(" ")):
            if any(way in number for way in ways):
                is_end = any(number.endswith(way) for way in ways)
                found.append((END_OF_NUMBER if is_end else PART_OF_NUMBER, _mask(lines[at])))
        return _best_of(found)

    def _as_one(self, word: str) -> int:
        """The places where this word is written as two or more."""
        return _mask(line) if (line := _line_of(self._is.joined, word)) else 0

    def _word(self, word: str) -> int | None:
        at = bisect_left(self._words, word)
        return at if at < len(self._words) and self._words[at] == word else None

    def _of_words(self, lines: Iterable[int | None]) -> int:
        """The places of words, given by their lines."""
        places = 0
        for at in lines:
            if at is not None:
                places |= _mask(self._word_places[at])
        return places

    @cached_property
    def _editions(self) -> list[str]:
        return self._is.editions.split(" ")

    @cached_property
    def _words(self) -> list[str]:
        return self._is.words.split(" ") if self._is.words else []

    @cached_property
    def _word_places(self) -> list[str]:
        return self._is.word_places.split(" ")


def _added(sums: _Levels, near: _Levels, enough: int) -> _Levels:
    """Add how well one more word fits to what the places have already; what does not come to `enough` is left out."""
    added: _Levels = {}
    fitting = 0
    for places in near.values():
        fitting |= places
    for total, places in sums.items():
        if total >= enough and (others := places & ~fitting):
            added[total] = added.get(total, 0) | others
        for fits, found in near.items():
            if total + fits >= enough and (both := places & found):
                added[total + fits] = added.get(total + fits, 0) | both
    return added


def _best_of(found: Iterable[tuple[int, int]]) -> _Levels:
    """Each place under the best that leads to it."""
    levels: _Levels = {}
    seen = 0
    for fits, places in sorted(found, reverse=True):
        if others := places & ~seen:
            levels[fits] = levels.get(fits, 0) | others
            seen |= others
    return levels


def _places_in(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _mask(line: str) -> int:
    """A set of places as it stands on a line."""
    if line.startswith(_MASK):
        return int(line[1:], 16)
    places = 0
    for at in line.split(","):
        places |= 1 << int(at)
    return places


def _written(places: list[int]) -> str:
    if len(places) < _MANY:
        return ",".join(map(str, places))
    return f"{_MASK}{sum(1 << at for at in places):x}"


def _lines(places: dict[str, list[int]]) -> str:
    return " ".join(_written(places[key]) for key in sorted(places))


def _keyed_lines(places: dict[str, list[int]]) -> str:
    return "".join(f" {key}:{_written(places[key])}" for key in sorted(places))


def _line_of(lines: str, key: str) -> str:
    """What stands beside a key; empty where it is not there."""
    sought = f" {key}:"
    begin = lines.find(sought)
    if begin < 0:
        return ""
    begin += len(sought)
    end = lines.find(" ", begin)
    return lines[begin:] if end < 0 else lines[begin:end]
