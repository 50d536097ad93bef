"""The sealed detail of an entry: what the log must keep, but only the privacy officers may read."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from audit.log.actions import Action, Outcome, Relation
from audit.log.actor import Actor
from audit.log.models import Entry
from audit.log.record import record
from cellule.vault.letters import commitment, new_salt, post_box, write_to
from cellule.vault.models import KeyGroup
from cellule.vault.unlocked import NotAMember

PURPOSE = "log.detail"


def record_with_detail(
    action: Action,
    document: dict[str, Any],
    *,
    by: Actor,
    subject_type: str = "",
    reference: str = "",
    shown: Sequence[str] = (),
    subject: UUID | None = None,
    relation: Relation = Relation.NONE,
    purpose: str = "",
    outcome: Outcome = Outcome.DONE,
    read: bool = False,
) -> Entry:
    """Record an act; what was typed (JSON) goes into a letter to the privacy officers, its commitment into the entry.

    In the transaction of the act (OutsideTransaction without one); a `read` has none, so its entry and letter are
    committed when this returns (RuntimeError inside another one). Before the house has a privacy officer nobody could
    open such a letter: the act is recorded without one.
    """
    told = {
        "by": by,
        "subject_type": subject_type,
        "reference": reference,
        "shown": shown,
        "subject": subject,
        "relation": relation,
        "purpose": purpose,
        "outcome": outcome,
    }
    if read:
        with transaction.atomic(durable=True):
            return _record(action, document, told)
    # An entry without its letter would commit itself to something that does not exist: both, or no act.
    with transaction.mark_for_rollback_on_error("default"):
        return _record(action, document, told)


def _record(action: Action, document: dict[str, Any], told: dict[str, Any]) -> Entry:
    try:
        officers = post_box(KeyGroup.Kind.PRIVACY)
    except NotAMember:
        return record(action, **told)
    salt = new_salt()
    entry = record(action, **told, detail_commitment=commitment(document, salt))
    write_to(officers, PURPOSE, entry.pk, document, salt)
    return entry
