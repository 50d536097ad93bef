"""The one way an entry comes to be."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from audit.log.actions import Action, Outcome, Relation
from audit.log.actor import Actor
from audit.log.models import Entry


class OutsideTransaction(RuntimeError):
    """An entry was to be written alone, although it must stand or fall with the act it tells of."""


def record(
    action: Action,
    *,
    by: Actor,
    subject_type: str = "",
    reference: str = "",
    shown: Sequence[str] = (),
    subject: UUID | None = None,
    relation: Relation = Relation.NONE,
    purpose: str = "",
    outcome: Outcome = Outcome.DONE,
    detail_commitment: bytes | None = None,
) -> Entry:
    """Write what happened, in the transaction of the act itself (`OutsideTransaction` without one), by one statement.

    `reference` is the one record it is about, `shown` the references a list showed, or who else it is about, `subject`
    the random log reference of the case, `detail_commitment` what binds a sealed detail kept elsewhere.

    Call it as the last thing a transaction does: it holds the session's counter until the end. When it fails, the
    transaction can only be rolled back, even by a caller who swallows the error: no entry, no act.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction("record() belongs into the transaction of what it records")
    with transaction.mark_for_rollback_on_error("default"):
        return _write(
            action, by, subject_type, reference, shown, subject, relation, purpose, outcome, detail_commitment
        )


def record_read(
    action: Action,
    *,
    by: Actor,
    subject_type: str = "",
    reference: str = "",
    shown: Sequence[str] = (),
    subject: UUID | None = None,
    relation: Relation = Relation.NONE,
    purpose: str = "",
) -> Entry:
    """Write that something is about to be read, committed when this returns: a read has no transaction of its own.

    One statement that is its own transaction. RuntimeError inside another one, where the entry could still be rolled
    back after the data had left.
    """
    told = (action, by, subject_type, reference, shown, subject, relation, purpose, Outcome.DONE, None)
    if transaction.get_connection().in_atomic_block:
        # Only the transaction around a test is let through.
        with transaction.atomic(durable=True):
            return _write(*told)
    return _write(*told)


def _write(
    action: Action,
    by: Actor,
    subject_type: str,
    reference: str,
    shown: Sequence[str],
    subject: UUID | None,
    relation: Relation,
    purpose: str,
    outcome: Outcome,
    detail_commitment: bytes | None,
) -> Entry:
    return Entry.objects.write(
        by.session,
        {
            "request": by.request,
            "actor_id": by.id,
            "actor_role": by.role,
            "actor_organisation": by.organisation,
            "action": action.code,
            "subject_type": subject_type,
            "reference": reference,
            "shown": list(shown) or None,
            "subject": subject,
            "relation": relation.value,
            "purpose": purpose,
            "outcome": outcome.value,
            "detail_commitment": detail_commitment,
        },
    )
