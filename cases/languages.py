"""The languages that people speak here, by ISO 639-3 code; the names are translated."""

import unicodedata
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Language:
    """`has_varieties`: speakers of one variety may not understand another, so the interpreter must know which."""

    code: str
    name: Promise
    has_varieties: bool = False


LANGUAGES = (
    Language("fra", _("French")),
    Language("eng", _("English")),
    Language("spa", _("Spanish")),
    Language("hat", _("Haitian Creole")),
    Language("ara", _("Arabic"), has_varieties=True),
    Language("ary", _("Moroccan Arabic")),
    Language("arz", _("Egyptian Arabic")),
    Language("por", _("Portuguese")),
    Language("ron", _("Romanian")),
    Language("rus", _("Russian")),
    Language("ukr", _("Ukrainian")),
    Language("pan", _("Punjabi")),
    Language("urd", _("Urdu")),
    Language("hin", _("Hindi")),
    Language("ben", _("Bengali")),
    Language("tam", _("Tamil")),
    Language("guj", _("Gujarati")),
    Language("mal", _("Malayalam")),
    Language("tel", _("Telugu")),
    Language("nep", _("Nepali")),
    Language("sin", _("Sinhala")),
    Language("cmn", _("Mandarin Chinese")),
    Language("yue", _("Cantonese")),
    Language("nan", _("Min Nan (Hokkien)")),
    Language("vie", _("Vietnamese")),
    Language("khm", _("Khmer")),
    Language("lao", _("Lao")),
    Language("tha", _("Thai")),
    Language("tgl", _("Tagalog")),
    Language("ilo", _("Iloko")),
    Language("ceb", _("Cebuano")),
    Language("ind", _("Indonesian")),
    Language("mya", _("Burmese")),
    Language("bod", _("Tibetan")),
    Language("fas", _("Persian"), has_varieties=True),
    Language("prs", _("Dari")),
    Language("pus", _("Pashto")),
    Language("tur", _("Turkish")),
    Language("kmr", _("Northern Kurdish (Kurmanji)")),
    Language("ckb", _("Central Kurdish (Sorani)")),
    Language("hye", _("Armenian")),
    Language("kat", _("Georgian")),
    Language("sqi", _("Albanian")),
    Language("bos", _("Bosnian")),
    Language("srp", _("Serbian")),
    Language("bul", _("Bulgarian")),
    Language("pol", _("Polish")),
    Language("hun", _("Hungarian")),
    Language("ell", _("Greek")),
    Language("ita", _("Italian")),
    Language("heb", _("Hebrew")),
    Language("yid", _("Yiddish")),
    Language("amh", _("Amharic")),
    Language("tir", _("Tigrinya")),
    Language("som", _("Somali")),
    Language("orm", _("Oromo"), has_varieties=True),
    Language("swa", _("Swahili"), has_varieties=True),
    Language("lin", _("Lingala")),
    Language("lua", _("Luba-Lulua")),
    Language("kon", _("Kongo"), has_varieties=True),
    Language("kin", _("Kinyarwanda")),
    Language("run", _("Rundi")),
    Language("wol", _("Wolof")),
    Language("ful", _("Fulah (Pular)"), has_varieties=True),
    Language("bam", _("Bambara")),
    Language("dyu", _("Dyula")),
    Language("ewe", _("Ewe")),
    Language("fon", _("Fon")),
    Language("aka", _("Akan")),
    Language("yor", _("Yoruba")),
    Language("ibo", _("Igbo")),
    Language("hau", _("Hausa")),
    Language("kab", _("Kabyle")),
    Language("zgh", _("Standard Moroccan Tamazight")),
    Language("mlg", _("Malagasy")),
    Language("aze", _("Azerbaijani")),
    Language("uzb", _("Uzbek")),
    Language("que", _("Quechua"), has_varieties=True),
    Language("quc", _("Kʼicheʼ")),
    Language("mam", _("Mam")),
    Language("nah", _("Nahuatl"), has_varieties=True),
    Language("jam", _("Jamaican Creole")),
    Language("ase", _("American Sign Language")),
    Language("fcs", _("Quebec Sign Language (LSQ)")),
)

_BY_CODE = {language.code: language for language in LANGUAGES}


def language_name(code: str) -> Promise | str:
    """Give a language's name in the reader's language; the code itself when it is not on the list."""
    return _BY_CODE[code].name if code in _BY_CODE else code


def language_choices() -> list[tuple[str, str]]:
    """Give every language for a form, in the alphabet of the reader's language."""
    named = [(language.code, _label(language)) for language in LANGUAGES]
    return sorted(named, key=lambda choice: _alphabetic(choice[1]))


def _label(language: Language) -> str:
    if language.has_varieties:
        return _("%(language)s (ask which variety)") % {"language": language.name}
    return str(language.name)


def _alphabetic(text: str) -> str:
    """Sort «éwé» beside «espagnol», not after «zoulou»."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(sign))
