"""Police, border and immigration enforcement: bodies to which nothing about a person may ever be sent.

A list of names, held on purpose wider than needed: who is taken for one of them by mistake merely receives nothing.
The same list stands in constraints of agencies and of organisations, so a change of it comes with migrations.
"""

import re
import unicodedata
from collections.abc import Iterable

# Alternatives of one regular expression, read by Python and by PostgreSQL alike; letters of short names may have dots.
_POLICE = (
    r"polic(?:e|es|ier|iers|i[eè]res?|ing|[ií]a)",
    r"s\.?p\.?v\.?m\.?",
    r"s\.?q\.?",
    r"g\.?r\.?c\.?",
    r"r\.?c\.?m\.?p\.?",
    r"s[uû]ret[eé] (?:du qu[eé]bec|municipale)",
    r"gendarme(?:s|rie)?",
    r"sh[eé]rifs?|sheriffs?|constables?",
    r"law[ -]enforcement",
    r"forces? de l.ordre",
    r"unit[eé] permanente anticorruption|upac",
)
_BORDER = (
    r"a\.?s\.?f\.?c\.?",
    r"c\.?b\.?s\.?a\.?",
    r"border (?:services?|forces?|patrol|security|control|agency)",
    r"(?:services?|agence|contr[oô]le|s[eé]curit[eé])(?: (?:des|de la|aux))? front(?:i[eè]res?|aliers?)",
    r"i\.?r\.?c\.?c\.?",
    r"immigration,? (?:r[eé]fugi[eé]s|refugees),? (?:et|and) (?:citoyennet[eé]|citizenship)",
    r"immigration canada",
    r"immigration (?:and customs )?enforcement|ex[eé]cution de la loi",
    r"immigration (?:holding|detention) cent(?:re|er)|centre de surveillance de l.immigration",
    r"homeland security|customs and border|douanes?",
)
# What a web or mail address of theirs has between its dots and dashes.
_HOSTS = {
    "police": {"police", "polices", "policia", "spvm", "grc", "rcmp", "sq", "surete", "spvl", "upac"},
    "border": {"asfc", "cbsa", "ircc", "cic"},
}


def _any_of(alternatives: Iterable[str]) -> str:
    # PostgreSQL writes the edge of a word in another way; this is one for both.
    boundary = r"(?:^|$|\W)"
    return f"{boundary}(?:{'|'.join(alternatives)}){boundary}".replace(" ", r"\s+")


NAMES = _any_of((*_POLICE, *_BORDER))
_PATTERNS = {
    "police": re.compile(_any_of(_POLICE), re.IGNORECASE),
    "border": re.compile(_any_of(_BORDER), re.IGNORECASE),
}


def enforcement_in(texts: Iterable[str], addresses: Iterable[str] = ()) -> str:
    """Say whether names or web and mail addresses are those of a police or border body: its kind's code, or empty."""
    named = [unicodedata.normalize("NFKC", text) for text in texts]
    parts = {part for address in addresses for part in re.split(r"[^a-z0-9]+", _host(address))}
    for kind, pattern in _PATTERNS.items():
        if parts & _HOSTS[kind] or any(pattern.search(text) for text in named):
            return kind
    return ""


def _host(address: str) -> str:
    """The name of the machine in a web or mail address."""
    return re.sub(r"^[a-z]+://", "", address.strip().lower()).partition("/")[0].rpartition("@")[2]
