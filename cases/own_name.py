"""Noticing that somebody opens a record of their own name: compared in the unlocked page, told without any name."""

from collections.abc import Iterable

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.log.models import Entry
from audit.log.record import record_read
from cases.actions import OWN_NAME_SEEN
from cases.models import Case
from cases.search.spelling import sound_of, words_of


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
        if all(any(_alike(word, other) for other in words) for word in mine):
            return Likeness.NAME
        if mine[-1] == words[-1]:
            found = Likeness.FAMILY_NAME
    return found


def flag_own_name(request: HttpRequest, case: Case, names: Iterable[str]) -> None:
    """Leave an entry, once in a session and case, when a name that this page shows is like the reader's own.

    Committed when this returns, as the opening is. Costs no query as long as nothing is alike.
    """
    alike = likeness(request.user.name, names)
    if alike is None:
        return
    actor = request.acting.actor
    known = Entry.objects.filter(session=actor.session, action=OWN_NAME_SEEN.code, reference=case.reference)
    if not known.filter(purpose=alike).exists():
        record_read(OWN_NAME_SEEN, by=actor, purpose=alike, **case.told(request.acting))


def _alike(word: str, other: str) -> bool:
    return word == other or (len(word) > 3 and word[0] == other[0] and "" != sound_of(word) == sound_of(other))
