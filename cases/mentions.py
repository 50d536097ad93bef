"""Finds what must not be written down: a word about immigration status, a number of such papers, a SIN.

There is no field for status anywhere; a text that seems to hold one is questioned before it is sealed.
"""

import re
import unicodedata

_WORDS = re.compile(
    r"\b(?:"
    # French
    r"sans[- ](?:papiers?|statut)|statuts? (?:d.immigration|migratoires?)|situation irreguliere|clandestine?s?"
    r"|permis (?:de travail|de sejour|d.etudes?)|residen(?:ts?|tes?|ce) permanen(?:ts?|tes?)"
    r"|deman(?:deurs?|deuses?|des?) d.asile|refugiee?s?|mesures? de renvoi|citoyennete"
    # English
    r"|undocumented|(?:out of|no|without) (?:legal )?status|immigration status|(?:work|study) permits?"
    r"|permanent residen(?:ts?|ce)|asylum|refugees?|removal orders?|deport(?:ed|ation)?|citizenship"
    # Spanish
    r"|sin papeles|indocumentad[oa]s?|est(?:atus|ado) migratorio|permisos? de trabajo|asilo|refugiad[oa]s?"
    # All three
    r"|visas?"
    r")\b"
)
# A client identifier of the immigration department (8 or 10 digits), or a letter and the digits of a paper.
_NUMBERS = re.compile(r"(?<![\d-])(?:\d{2}-)?\d{4}-\d{4}(?![\d-])|\b[a-z]{1,2}\d{9,10}\b")
_YEARS = re.compile(r"(?:19|20)\d\d-(?:19|20)\d\d")
_NINE_DIGITS = re.compile(r"(?<![\d-])\d{3}([ -]?)\d{3}\1\d{3}(?![\d-])")


def mentions_of_status(text: str) -> list[str]:
    """Give the passages, as written, that seem to tell of a status, a permit number or a SIN; each once."""
    written = unicodedata.normalize("NFC", text)
    plain = "".join(unicodedata.normalize("NFD", sign)[0].lower()[:1] or sign for sign in written).replace("’", "'")
    spans = [match.span() for match in _WORDS.finditer(plain)]
    spans += [match.span() for match in _NUMBERS.finditer(plain) if not _YEARS.fullmatch(match[0])]
    spans += [match.span() for match in _NINE_DIGITS.finditer(plain) if _is_insurance_number(match[0])]
    return list(dict.fromkeys(written[start:end] for start, end in sorted(spans)))


def _is_insurance_number(text: str) -> bool:
    """Whether nine digits pass the check of Canada's social insurance numbers (Luhn, modulo 10)."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    doubled = [sum(divmod(digit * 2, 10)) if place % 2 else digit for place, digit in enumerate(digits)]
    return sum(doubled) % 10 == 0
