"""Made-up texts of the length that caseworkers write."""

import random

_SAID = "il elle dit que le un après semaine travail patron argent peur maison enfants rue voisin téléphone nuit clé"


def story(pick: random.Random, words: int = 70) -> str:
    """Give some 400 characters that mean nothing."""
    return " ".join(pick.choices(_SAID.split(), k=words)).capitalize() + "."


def short(pick: random.Random) -> str:
    """Give a text of exactly 60 characters."""
    return story(pick, 30)[:60]
