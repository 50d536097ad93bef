"""Made-up texts of the length that caseworkers write."""

import random

_WORDS = [
    "il",
    "elle",
    "dit",
    "que",
    "le",
    "la",
    "un",
    "une",
    "après",
    "avant",
    "semaine",
    "travail",
    "patron",
    "argent",
    "peur",
    "maison",
    "porte",
    "enfants",
    "rue",
    "voisin",
    "téléphone",
    "chambre",
    "jour",
    "nuit",
    "parle",
    "attend",
    "revient",
    "demande",
    "garde",
    "clé",
    "invente",
    "imaginaire",
    "fictif",
    "exemple",
]


def story(pick: random.Random, words: int = 70) -> str:
    """Give some 400 characters that mean nothing."""
    return " ".join(pick.choice(_WORDS) for _ in range(words)).capitalize() + "."


def short(pick: random.Random) -> str:
    """Give a text of exactly 60 characters."""
    return story(pick, 30)[:60]
