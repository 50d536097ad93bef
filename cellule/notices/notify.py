"""Telling a person that there is something new: a row for their pages, and a letter without content."""

import re
from uuid import UUID

from audit.log.actor import Actor
from cellule.jobs.ledger import enqueue
from cellule.notices.kinds import NoticeKind
from cellule.notices.models import Notice

_OPAQUE = re.compile(r"[0-9A-Za-z-]{0,64}")


def notify(recipient_id: UUID, kind: NoticeKind, reference: str = "", *, by: Actor | UUID | str) -> Notice:
    """Write a notice and the job that mails it into the caller's transaction (NotInTransaction without one).

    `reference` is an opaque code that the recipient's pages turn into a link, never a name; `by` the actor or their id.
    """
    if not _OPAQUE.fullmatch(reference):
        raise ValueError("A notice carries an opaque reference, never content.")
    notice = Notice(recipient_id=recipient_id, kind=kind.code, reference=reference)
    # First of all, because it refuses to work outside a transaction.
    enqueue("notices.deliver", notice.pk, by=by)
    notice.save(force_insert=True)
    return notice
