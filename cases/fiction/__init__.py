"""Fictional cases, made by the same verbs as true ones. Nobody here exists; every name gives itself away."""

from collections.abc import Mapping

from django.db import transaction

from cases.fiction.tale import Tale
from cases.fiction.tales import TALES
from cases.models import Case
from cellule.accounts.acting import Acting


def tell(cast: Mapping[str, Acting]) -> list[Case]:
    """Tell the fictional cases with the people of the unit by first name; those already told stay as they are.

    A tale is told whole or not at all, so that it can be told again after a crash.
    """
    told = []
    for alias, tell_it in TALES.items():
        tale = Tale(alias, cast)
        if tale.was_told:
            told.append(Case.objects.get(pk=tale.key("")))
            continue
        with transaction.atomic():
            tell_it(tale)
            told.append(tale.case)
    return told
