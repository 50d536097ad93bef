"""Every emergency access comes before the reviewers when it is over, and is told of again when it waits too long."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Relation
from audit.log.models import Entry
from audit.review.models import Item, Queue
from audit.review.models.item import ItemState
from audit.review.queues import put
from audit.review.rule_names import named
from audit.review.verdicts import on_verdict
from cases.models import BreakGlass, EmergencyReason, GlassState
from cellule.accounts import roles
from cellule.accounts.acting import Acting
from cellule.accounts.models import User
from cellule.accounts.roles import SYSTEM
from cellule.business_days import business_days_after
from cellule.jobs.kinds import recurring
from cellule.jobs.models import Job
from cellule.notices.kinds import NoticeKind
from cellule.notices.notify import notify
from cellule.steps import TooLate
from cellule.vault.unlocked import log_reference

LATE = NoticeKind(
    "review.emergency_late",
    _("The review of an emergency access has waited more than two business days."),
    "review:item",
)
BUSINESS_DAYS = 2
# Long uses are looked at in the log itself.
MOST_ENTRIES = 500
# The entry of its end is written just after it.
_A_MOMENT = timedelta(minutes=1)
_INVOLVED = _("Somebody who signs asked for this emergency access or agreed to it. Somebody else has to judge it.")

for _reason in EmergencyReason:
    named(
        f"emergency_{_reason}",
        _reason.label,
        _(
            "Somebody opened, or asked to open, a case that was not theirs, and gave this reason. Was it so, and was it needed?"
        ),
    )


@recurring("review.take_emergencies", every=timedelta(minutes=1))
def take_emergencies(job: Job) -> None:
    """Lay every emergency access that is over before the reviewers."""
    for emergency in BreakGlass.objects.over():
        # Another worker may have taken it just now.
        with suppress(TooLate):
            take_under_review(emergency)


@recurring("review.tell_late_emergencies", every=timedelta(hours=1))
def tell_late_emergencies(job: Job) -> None:
    """Tell the reviewers, once, of each emergency access that nobody has judged in two business days."""
    for emergency in BreakGlass.objects.filter(state=GlassState.UNDER_REVIEW, review_late=False):
        if (
            emergency.over_at
            and business_days_after(timezone.localdate(emergency.over_at), BUSINESS_DAYS) < timezone.localdate()
        ):
            tell_late(emergency)


@transaction.atomic
def take_under_review(emergency: BreakGlass) -> Item:
    """Put one that is over up for review, with everything that was done by it. Raises TooLate when it is there already."""
    entries = _entries(emergency)
    emergency.come_under_review(by=SYSTEM)
    return put(
        Queue.GLASS,
        str(emergency.pk),
        entries=entries,
        actor=str(emergency.asker),
        at=emergency.asked_at,
        rule=f"emergency_{emergency.reason}",
        reference=emergency.asked_for,
        subject=log_reference(emergency.case_id) if emergency.case_id else None,
    )


@transaction.atomic
def tell_late(emergency: BreakGlass) -> None:
    """Tell whoever may judge it and had no part in it."""
    if not BreakGlass.objects.filter(pk=emergency.pk, review_late=False).update(review_late=True):
        return
    item = Item.objects.get(source=Queue.GLASS, key=str(emergency.pk))
    reviewers = User.objects.filter(is_active=True, role__in=[roles.AUDITOR.code, roles.PRIVACY_OFFICER.code])
    for reviewer in reviewers.exclude(pk__in=_involved(emergency)):
        if Item.objects.reviewed_by(reviewer).filter(pk=item.pk).exists():
            notify(reviewer.pk, LATE, item.code, by=SYSTEM.actor)


@on_verdict(Queue.GLASS)
def judge(item: Item, by: Acting) -> None:
    """Take the verdict over. Raises TooLate, which undoes it, where one of the signatures is of somebody involved."""
    emergency = BreakGlass.objects.get(pk=UUID(item.key))
    if {item.first_signer, item.second_signer} & {str(person) for person in _involved(emergency)}:
        raise TooLate([_INVOLVED])
    if item.state == ItemState.JUSTIFIED:
        emergency.justify(by=by)
    else:
        emergency.find_unjustified(by=by)


def _involved(emergency: BreakGlass) -> set[UUID]:
    """Who asked for it, agreed to it, or answered it."""
    return {person for person in (emergency.asker, emergency.agreed_by, emergency.answered_by) if person}


def _entries(emergency: BreakGlass) -> list[UUID]:
    """What was asked, agreed and done with it, in the order in which it happened."""
    told: Any = Q(subject_type=emergency._meta.label_lower) & (
        Q(purpose__endswith=f" {emergency.reference}") | Q(shown__contains=[emergency.reference])
    )
    done = Q(actor_id=str(emergency.asker), relation=Relation.BREAK_GLASS)
    until = (emergency.over_at or timezone.now()) + _A_MOMENT
    found: Iterable[UUID] = (
        Entry.objects.filter(told | done, reference=emergency.asked_for)
        .between(emergency.asked_at - _A_MOMENT, until)
        .order_by("id")
        .values_list("pk", flat=True)[:MOST_ENTRIES]
    )
    return list(found)
