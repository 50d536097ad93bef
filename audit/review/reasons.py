"""Why somebody did it, in the reader's words: the log keeps the code of what they chose from a list."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.log.models import Entry, Hold
from cases import access
from cases.access_list import AccessPurpose
from cases.own_name import Likeness
from referrals.doors import SERVICE


class Purpose(models.TextChoices):
    """What entries are taken out of the house for; it stands in the entry that tells of it."""

    VERIFICATION = "verification", _("To have it checked outside this site")
    REVIEW = "review", _("For a review or a sign-off")
    AUTHORITY = "authority", _("For a court or the Commission d’accès à l’information")


def _labels(*lists: type[models.TextChoices]) -> dict[str, Promise | str]:
    return {each.value: each.label for choices in lists for each in choices}


_AT_WORK = access.reasons() | _labels(AccessPurpose, Likeness) | {SERVICE: _("To answer a referral")}
# By how the code of an act begins, because one code may stand in two lists.
_LISTS = (("log.hold_", _labels(Hold.Reason)), ("log.", _labels(Purpose)), ("", _AT_WORK))


def reason_of(entry: Entry) -> Promise | str:
    """Give the reason that somebody gave, as the list showed it; a code that no list knows stands as it is.

    Empty where none was given: what a step writes in this place is a move between states.
    """
    if ">" in entry.purpose:
        return ""
    known = next(labels for beginning, labels in _LISTS if entry.action.startswith(beginning))
    return known.get(entry.purpose, entry.purpose)
