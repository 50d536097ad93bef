"""Words as the directory compares them: without accents, capitals and plurals."""

import re
import unicodedata

# The accents of Latin letters, once taken apart; the few texts in other scripts are looked at sign by sign.
_ACCENTS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")


def alphabetic(text: str) -> str:
    """Write a text as it is sorted and compared: «Éclaircie» stands beside «eau», not after «zone»."""
    if text.isascii():
        return text.lower()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold().replace("œ", "oe").replace("æ", "ae")
    return plain if plain.isascii() else "".join(sign for sign in plain if not unicodedata.combining(sign))


def words_in(text: str) -> list[str]:
    """Give the words of a text in their order; the s or x of a plural is left off, so that both forms are found."""
    return [_singular(word) for word in _WORD.findall(alphabetic(text))]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word
