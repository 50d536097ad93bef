"""Words that people say and type: passphrases, fingerprints, custodians' sheets.

All from the French list of BIP 39 (2 048 words, 11 bits each), whose words differ without accents too.
"""

import secrets
import unicodedata
from functools import cache

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from mnemonic import Mnemonic

PASSPHRASE_WORDS = 6
FINGERPRINT_WORDS = 5
SHEET_WORDS = 24
# The five words carry 55 bits; a slow hash before them makes searching for a look-alike key hopeless.
_PASSES, _LANES, _MEMORY = 3, 1, 64 * 1024


def new_passphrase() -> str:
    """Six random words, 66 bits."""
    return " ".join(unicodedata.normalize("NFC", secrets.choice(_french().wordlist)) for _ in range(PASSPHRASE_WORDS))


def normalised(typed: str) -> str:
    """Make what was typed comparable: accents, case, hyphens and extra spaces do not matter."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", typed) if not unicodedata.combining(c))
    return " ".join(plain.lower().replace("-", " ").replace(",", " ").split())


@cache
def fingerprint_words(fingerprint: str) -> str:
    """Five words for a hex fingerprint, to be read out and typed (55 bits of Argon2id over it)."""
    stretched = _slow_hash().derive(bytes.fromhex(fingerprint))
    bits = int.from_bytes(stretched, "big") >> (64 - 11 * FINGERPRINT_WORDS)
    numbers = [(bits >> (11 * place)) & 0x7FF for place in reversed(range(FINGERPRINT_WORDS))]
    return " ".join(unicodedata.normalize("NFC", _french().wordlist[number]) for number in numbers)


def same_words(typed: str, words: str) -> bool:
    return secrets.compare_digest(normalised(typed).encode(), normalised(words).encode())


def sheet_words(secret: bytes) -> str:
    """Write a custodian's 32 bytes as 24 words with a checksum."""
    return unicodedata.normalize("NFC", _french().to_mnemonic(secret))


class SheetMistyped(ValueError):
    """A sheet that cannot be right as it was typed. `unknown` numbers the words that are on no list, `count` all."""

    def __init__(self, count: int, unknown: tuple[int, ...] = ()) -> None:
        super().__init__("a mistyped sheet")
        self.count, self.unknown = count, unknown


def sheet_secret(typed: str) -> bytes:
    """Read a custodian's sheet back. Raises SheetMistyped, which tells the places of wrong words and no word."""
    known = {normalised(word): word for word in _french().wordlist}
    typed_words = normalised(typed).split()
    unknown = tuple(number for number, word in enumerate(typed_words, 1) if word not in known)
    if unknown or len(typed_words) != SHEET_WORDS:
        raise SheetMistyped(len(typed_words), unknown)
    try:
        return bytes(_french().to_entropy(" ".join(known[word] for word in typed_words)))
    except (ValueError, LookupError):
        # The checksum: another word of the list, or two in the wrong order.
        raise SheetMistyped(len(typed_words)) from None


def _slow_hash() -> Argon2id:
    return Argon2id(salt=b"cellule/1/words\x00", length=8, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY)


@cache
def _french() -> Mnemonic:
    return Mnemonic("french")
