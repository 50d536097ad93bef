"""What is written about an item: sealed to those who review it, its commitment in the log.

Written by somebody who may not be able to read it again. Each group has a letter, and so an entry, of its own.
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action
from audit.log.models import Entry
from audit.log.record import record
from cellule.accounts.acting import Acting
from cellule.steps import TooLate
from cellule.vault.letters import commitment, new_salt, post_box, write_to
from cellule.vault.models import KeyGroup, Letter
from cellule.vault.rosters import VerifiedRoster
from cellule.vault.unlocked import NotAMember

if TYPE_CHECKING:
    from audit.review.models import Item

PURPOSE = "review.words"
LONGEST = 4_000


def seal(action: Action, item: "Item", text: str, *, by: Acting) -> list[str]:
    """Seal a text of up to `LONGEST` characters for an item's reviewers (inside the step that it belongs to).

    Gives the entries it hangs on, one for each group. Raises TooLate when no group can read yet.
    """
    boxes = [box for box in map(_post_box, _readers(item)) if box is not None]
    if not boxes:
        raise TooLate([_("Nobody who reviews has keys yet, so nothing can be sealed to them.")])
    return [_seal_to(box, action, item, text, by) for box in boxes]


def readable(entries: list[str], acting: Acting) -> list[Entry]:
    """Those of these entries whose letters this person's keys open, the oldest first."""
    opened = Letter.objects.filter(row__in=entries, group__in=acting.vault.memberships).values_list("row", flat=True)
    return list(Entry.objects.filter(pk__in=list(opened)).order_by("id"))


def _readers(item: "Item") -> list[str]:
    kinds = [KeyGroup.Kind.PRIVACY]
    return kinds if item.is_of_auditors else [KeyGroup.Kind.AUDITORS, *kinds]


def _post_box(kind: str) -> VerifiedRoster | None:
    try:
        return post_box(kind)
    except NotAMember:
        return None


def _seal_to(box: VerifiedRoster, action: Action, item: "Item", text: str, by: Acting) -> str:
    document, salt = {"words": text}, new_salt()
    entry = record(
        action,
        by=by.actor,
        subject_type=item._meta.label_lower,
        reference=item.code,
        detail_commitment=commitment(document, salt),
    )
    write_to(box, PURPOSE, entry.pk, document, salt)
    return str(entry.pk)
