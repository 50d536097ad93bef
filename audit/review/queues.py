"""How something comes before the auditors: whoever finds it puts it into a queue, once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.log.actor import Actor
from audit.log.models import Entry
from audit.log.record import record
from audit.review.actions import ITEM_PUT
from audit.review.models import Item, Queue
from cellule.accounts import roles
from cellule.accounts.models import User

_WATCHED = (roles.AUDITOR.code, roles.PRIVACY_OFFICER.code)


def put(
    queue: Queue,
    key: str,
    *,
    entries: Sequence[UUID],
    actor: str,
    at: datetime,
    rule: str = "",
    reference: str = "",
    subject: UUID | None = None,
) -> Item:
    """Put an act up for review, once for each queue and key; the house itself does it, in any transaction or none.

    `entries` tell of the act in the log, `actor` is their opaque id, `rule` a code, `reference` and `subject` are the
    record and the log reference of its case. What an auditor or a privacy officer did goes to the auditors' own
    queue, whatever `queue` says; it stays one and the same thing by `queue` and `key`.
    """
    with transaction.atomic():
        known = Item.objects.filter(source=queue, key=key).first()
        if known is not None:
            return known
        item = Item(
            queue=Queue.OF_AUDITORS if _is_watched(actor, entries) else queue,
            source=queue,
            key=key,
            actor_id=actor,
            at=at,
            month=timezone.localtime(at).date().replace(day=1),
            rule=rule,
            reference=reference,
            subject=subject,
            entries=[str(entry) for entry in entries],
        )
        try:
            with transaction.atomic():
                item.save(force_insert=True)
        except IntegrityError:
            # Somebody else has just put the same.
            return Item.objects.get(source=queue, key=key)
        record(
            ITEM_PUT,
            by=Actor.system(),
            subject_type=Item._meta.label_lower,
            reference=item.code,
            purpose=item.queue,
        )
        return item


def _is_watched(actor: str, entries: Sequence[UUID]) -> bool:
    """Whether they audit now, or did so then."""
    if Entry.objects.filter(pk__in=entries, actor_role__in=_WATCHED).exists():
        return True
    return actor in {str(pk) for pk in User.objects.filter(role__in=_WATCHED).values_list("pk", flat=True)}
