"""The one way an entry comes to be."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from audit.log.actions import Action, Outcome, Relation
from audit.log.actor import Actor
from audit.log.identifier import uuid7
from audit.log.models import Entry, SessionCounter


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
    """Write what happened, in the transaction of the act itself (`OutsideTransaction` without one), by two statements.

    `reference` is the one record it is about, `shown` the references a list showed, `subject` the random log reference
    of the case, `detail_commitment` what binds a sealed detail kept elsewhere.

    Call it as the last thing a transaction does: it holds the session's counter until the end. When it fails, the
    transaction can only be rolled back, even by a caller who swallows the error: no entry, no act.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction("record() belongs into the transaction of what it records")
    with transaction.mark_for_rollback_on_error("default"):
        # The database's clock, not this process's: one clock for all machines, and it counts whole microseconds, as
        # the body does. It comes back with the counter, so it costs no statement.
        counter, at = SessionCounter.objects.advance(by.session)
        told = {
            "id": uuid7(at),
            "at": at,
            "session": by.session,
            "counter": counter,
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
        }
        return Entry.objects.write(told)
