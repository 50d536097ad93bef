"""How names are compared: without accents, across scripts, by sound, whatever the order of their words."""

import re
from itertools import pairwise
from typing import NamedTuple

from anyascii import anyascii

# A person's names on one card; what is longer is no name.
MOST_WORDS = 60
# A part of a number says something from so many digits on.
FEWEST_DIGITS = 4
_APART = re.compile(r"[^a-z0-9]+")
_DROPPED = re.compile(r"['’ʼʿʾ`´]")
# Every sign of these scripts is a word of its own.
_SIGNS = re.compile(r"([\u3400-\u9fff\uf900-\ufaff])")
# From the longest to the shortest: what sounds alike is written alike.
_SOUNDS = (
    ("tsch", "x"),
    ("tch", "x"),
    ("sch", "x"),
    ("sh", "x"),
    ("ch", "x"),
    ("kh", "k"),
    ("gh", "g"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "d"),
    ("dj", "j"),
    ("ck", "k"),
    ("c", "k"),
    ("q", "k"),
    ("z", "s"),
)
_VOWELS = re.compile(r"[aeiouyw]+")
_TWICE = re.compile(r"(.)\1+")


def words_of(text: str) -> list[str]:
    """Give the words of a name in any script, in plain letters without accents."""
    spaced = _SIGNS.sub(r" \1 ", text)
    plain = _DROPPED.sub("", anyascii(_DROPPED.sub("", spaced))).lower()
    return [word for word in _APART.split(plain) if word][:MOST_WORDS]


def sound_of(word: str) -> str:
    """Give the consonants of a word, roughly as they sound: two spellings of one name, or another script, agree.

    Empty where so little is left that it would be like everything.
    """
    if len(word) < 3:
        return ""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    sound = _TWICE.sub(r"\1", _VOWELS.sub("", word))
    return sound if len(sound) > 1 else ""


def digits_of(text: str) -> str:
    """Give the digits of what was typed as a part of a telephone number; empty when it is none."""
    if any(sign.isalpha() for sign in text):
        return ""
    digits = "".join(str(int(sign)) for sign in text if sign.isdecimal())
    return digits if len(digits) >= FEWEST_DIGITS else ""


class Keys(NamedTuple):
    """Everything under which somebody is found: words, words written as one with their neighbours, digits."""

    words: set[str]
    joined: set[str]
    numbers: set[str]


def keys_of(names: list[str], numbers: list[str]) -> Keys:
    """Give everything under which somebody with these names and telephone numbers is found."""
    keys = Keys(set(), set(), {digits for number in numbers if (digits := digits_of(number))})
    for name in names:
        words = words_of(name)
        keys.words.update(words)
        keys.joined.update(first + second for first, second in pairwise(words))
        if len(words) > 2:
            keys.joined.add("".join(words))
    return keys
