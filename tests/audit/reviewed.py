"""Accesses under review, in any state, reached by the steps that real people take."""

import datetime
import uuid
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from audit.log.actions import Action, Relation
from audit.log.record import record
from audit.review.models import Item, Queue, Reason
from audit.review.queues import put
from cases.actions import CASE_OPENED
from cellule.accounts.acting import Acting

SAID = "Une collègue m’a demandé d’ouvrir ce dossier."


def looked(
    by: Acting,
    reference: str = "",
    *,
    subject: uuid.UUID | None = None,
    queue: Queue = Queue.SIGNAL,
    action: Action = CASE_OPENED,
    purpose: str = "work",
) -> Item:
    """A look at a case, as the log tells of it, put up for review."""
    with transaction.atomic():
        entry = record(
            action,
            by=by.actor,
            subject_type="cases.case",
            reference=reference,
            subject=subject,
            relation=Relation.NONE,
            purpose=purpose,
        )
    return put(
        queue,
        str(entry.pk),
        entries=[entry.pk],
        actor=by.actor.id,
        at=entry.at,
        rule="tests.no_relation",
        reference=reference,
        subject=subject,
    )


def asked(item: Item, by: Acting) -> Item:
    item.ask(by=by, reasons=[Reason.DUTY, Reason.RELATION])
    return item


def explained(item: Item, by: Acting, who: Acting) -> Item:
    asked(item, by).explain(by=who, text=SAID)
    return item


def proposed(item: Item, by: Acting) -> Item:
    item.propose_incident(by=by, text="Aucun lien avec le dossier.")
    return item


def overdue(item: Item, by: Acting, move_to: Callable[[object], None]) -> Item:
    """Asked, and the last day for the answer is over."""
    asked(item, by)
    move_to(timezone.now() + datetime.timedelta(days=15))
    return item
