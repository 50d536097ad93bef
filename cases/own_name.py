"""Noticing that somebody opens a record of their own name: compared in the unlocked page, told without any name."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.log.models import Entry
from audit.log.record import record_read
from cases.actions import OWN_NAME_SEEN
from cases.models import Case
from cases.search.spelling import sound_of, words_of
from cellule.accounts.acting import Acting


class Likeness(models.TextChoices):
    """What of a name on the record is like the person's own."""

    NAME = "own_name", _("The whole name")
    FAMILY_NAME = "own_family_name", _("The family name")


def likeness(own: str, others: Iterable[str]) -> Likeness | None:
    """Give what one of these names has in common with a person's own; None when all of them differ.

    The whole name, in any order and spelling that sounds the same; or the family name, letter by letter.
    """
    mine = words_of(own)
    if len(mine) < 2:
        return None
    found = None
    for words in map(words_of, others):
        if len(words) < 2:
            continue
        shorter, longer = sorted((mine, words), key=len)
        if all(any(_alike(word, other) for other in longer) for word in shorter):
            return Likeness.NAME
        if mine[-1] == words[-1]:
            found = Likeness.FAMILY_NAME
    return found


def flag_own_name(by: Acting, case: Case, names: Iterable[str]) -> None:
    """Leave an entry, once in a session and case, when a name that this page shows is like the reader's own.

    Committed when this returns, as the opening is. Costs no query as long as nothing is alike.
    """
    alike = likeness(by.user.name, names)
    if alike is None:
        return
    known = Entry.objects.filter(session=by.actor.session, action=OWN_NAME_SEEN.code, reference=case.reference)
    if not known.filter(purpose=alike).exists():
        record_read(OWN_NAME_SEEN, by=by.actor, purpose=alike, **case.told(by))


def _alike(word: str, other: str) -> bool:
    return word == other or (len(word) > 3 and word[0] == other[0] and "" != sound_of(word) == sound_of(other))
