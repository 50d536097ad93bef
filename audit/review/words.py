"""What is written about an item: sealed to those who review it, its commitment in the log.

Written by somebody who may not be able to read it again. Each group has a letter, and so an entry, of its own.
"""

from typing import TYPE_CHECKING

from audit.log.actions import Action
from audit.log.models import Entry
from audit.log.record import record
from audit.review.detail import has_letter_for
from cellule.accounts.acting import Acting
from cellule.vault.letters import commitment, new_salt, post_box, write_to
from cellule.vault.models import KeyGroup
from cellule.vault.rosters import VerifiedRoster
from cellule.vault.unlocked import NotAMember

if TYPE_CHECKING:
    from audit.review.models import Item

PURPOSE = "review.words"
LONGEST = 4_000


def seal(action: Action, item: "Item", text: str, *, by: Acting) -> list[str]:
    """Seal a text of up to `LONGEST` characters for an item's reviewers (inside the step that it belongs to).

    Gives the entries it hangs on, one for each group. Raises NotAMember when no group can read yet.
    """
    boxes = [box for box in map(_post_box, _readers(item)) if box is not None]
    if not boxes:
        raise NotAMember
    return [_seal_to(box, action, item, text, by) for box in boxes]


def readable(entries: list[str], acting: Acting) -> Entry | None:
    """The one of these entries whose letter this person's keys open."""
    found = Entry.objects.filter(pk__in=entries)
    return next((entry for entry in found if has_letter_for(entry, acting)), None)


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
