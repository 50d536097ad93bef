"""What words of a directory mean here: needs, languages, boroughs, kinds of bodies, papers and fees."""

import json
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from django.utils import translation

from cases.boroughs import BOROUGHS
from cases.languages import LANGUAGES
from cases.models.codes import NeedKind
from cellule.enforcement import enforcement_in
from referrals.models import APART, AgencyKind, AsksPapers
from referrals.words import alphabetic, words_in

# ISO 639-1 to 639-3, for the languages of `cases.languages`.
_TWO_LETTERS = dict(
    pair.split(":")
    for pair in [
        "fr:fra",
        "en:eng",
        "es:spa",
        "ht:hat",
        "ar:ara",
        "pt:por",
        "ro:ron",
        "ru:rus",
        "uk:ukr",
        "pa:pan",
        "ur:urd",
        "hi:hin",
        "bn:ben",
        "ta:tam",
        "gu:guj",
        "ml:mal",
        "te:tel",
        "ne:nep",
        "si:sin",
        "zh:cmn",
        "vi:vie",
        "km:khm",
        "lo:lao",
        "th:tha",
        "tl:tgl",
        "id:ind",
        "my:mya",
        "bo:bod",
        "fa:fas",
        "ps:pus",
        "tr:tur",
        "hy:hye",
        "ka:kat",
        "sq:sqi",
        "bs:bos",
        "sr:srp",
        "bg:bul",
        "pl:pol",
        "hu:hun",
        "el:ell",
        "it:ita",
        "he:heb",
        "yi:yid",
        "am:amh",
        "ti:tir",
        "so:som",
        "om:orm",
        "sw:swa",
        "ln:lin",
        "kg:kon",
        "rw:kin",
        "rn:run",
        "wo:wol",
        "ff:ful",
        "bm:bam",
        "ee:ewe",
        "ak:aka",
        "yo:yor",
        "ig:ibo",
        "ha:hau",
        "mg:mlg",
        "az:aze",
        "uz:uzb",
        "qu:que",
    ]
)
_KINDS = {
    AgencyKind.LEGAL_CLINIC: ("legal clinic", "legal aid", "clinique juridique", "aide juridique"),
    AgencyKind.SHELTER: ("shelter", "hébergement", "maison d’hébergement", "refuge"),
    AgencyKind.HEALTH: ("health", "medical clinic", "santé", "clinique médicale"),
    AgencyKind.RIGHTS: ("rights", "advocacy", "défense des droits"),
    AgencyKind.FOOD_BANK: ("food bank", "banque alimentaire"),
    AgencyKind.SUPPORT: ("support", "counseling", "counselling", "soutien"),
    AgencyKind.GOVERNMENT: ("government", "gouvernement", "public administration"),
}
_GOVERNMENT = re.compile(r"\b(gouvernement|government|ministere|ministry|ville de|city of)\b")
# What is asked for is a paper unless these words say that nothing is.
_NOTHING = re.compile(r"^(none|nothing|no documents?|not required|aucune?s?|rien|pas de|sans)\b")
_FREE = re.compile(
    r"^(free\b|no (fee|charge|cost)|gratuit|sans frais|aucuns? frais|(the )?service is free|(le )?service (est )?gratuit)"
)


@lru_cache(maxsize=10_000)
def _key(word: str) -> str:
    return "".join(words_in(word))


# Words in an attribute that mean: the address is secret; papers are asked for, or not.
_HIDDEN = {
    _key(word)
    for word in ("address_hidden", "hidden address", "confidential address", "adresse confidentielle", "redacted")
}
_ASKS = {_key("asks_papers"): AsksPapers.YES, _key("no_papers"): AsksPapers.NO}


_CODES = tuple(NeedKind.values)


@cache
def _needs() -> dict[str, list[str]]:
    mapped = json.loads((Path(__file__).parent / "open_eligibility.json").read_text(encoding="utf-8"))
    return {_key(name): needs for name, needs in mapped.items()} | {_key(code): [code] for code in NeedKind.values}


def needs_of(terms: Iterable[str]) -> tuple[list[str], list[str]]:
    """Give the needs that words of a taxonomy stand for, and the words that stand for none."""
    found, strange = set(), []
    for term in terms:
        if needs := _needs().get(_key(term)):
            found.update(needs)
        elif _key(term) not in _HIDDEN | _ASKS.keys():
            strange.append(term)
    return [code for code in _CODES if code in found], strange


def kind_of(names: Iterable[str], terms: Iterable[str], addresses: Iterable[str]) -> AgencyKind:
    """Say what kind of body this is. Whatever hints at police or border makes it one; no other word outweighs that."""
    names, keys = list(names), {_key(term) for term in terms}
    said = {kind: {_key(word) for word in words} | {_key(kind)} for kind, words in _KINDS.items()}
    if apart := enforcement_in([*names, *terms], addresses):
        return AgencyKind(apart)
    if named := next((kind for kind in APART if _key(kind) in keys), None):
        return named
    if found := next((kind for kind, words in said.items() if words & keys), None):
        return found
    return AgencyKind.GOVERNMENT if any(_GOVERNMENT.search(alphabetic(name)) for name in names) else AgencyKind.OTHER


def is_hidden(terms: Iterable[str]) -> bool:
    """Whether an attribute says that the address is secret."""
    return any(_key(term) in _HIDDEN for term in terms)


def papers_asked(terms: Iterable[str], documents: list[str]) -> AsksPapers:
    """Say whether papers are asked for: an attribute's word, else what is to be brought; silence is not a no."""
    said = [_ASKS[_key(term)] for term in terms if _key(term) in _ASKS]
    if AsksPapers.YES in said:
        return AsksPapers.YES
    if said:
        return AsksPapers.NO
    if not documents:
        return AsksPapers.UNKNOWN
    if all(_NOTHING.search(alphabetic(each)) for each in documents):
        return AsksPapers.NO
    return AsksPapers.YES


def is_free(fees: str, amounts: list[float]) -> bool | None:
    """Say whether a service costs nothing; None when the directory does not say."""
    if amounts:
        return max(amounts) == 0
    if re.search(r"\d|\$", fees):
        return False
    return True if _FREE.search(alphabetic(fees)) else None


@cache
def _language_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for tongue in ("en", "fr"):
        with translation.override(tongue):
            names |= {_key(str(language.name)): language.code for language in LANGUAGES}
    return names


def language_code(code: str, name: str) -> str:
    """Give a language's ISO 639-3 code by a code of two or three letters or by its name; empty for none we know."""
    code = code.strip().lower().partition("-")[0]
    if code in _TWO_LETTERS:
        return _TWO_LETTERS[code]
    if re.fullmatch(r"[a-z]{3}", code):
        return code
    return _language_names().get(_key(name), "")


@cache
def _boroughs() -> dict[str, str]:
    return {_key(str(name)): code for code, name in BOROUGHS if code.isdigit()}


def sectors_in(areas: Iterable[str]) -> list[str]:
    """Give the boroughs that areas of a service name; none when they name none, or the whole city."""
    keys = [_key(area) for area in areas]
    return [code for name, code in _boroughs().items() if any(name in key for key in keys)]
