"""Signing a month off: nothing of it is open any more, or each that is was named as carried over."""

import datetime
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.log.models import Checkpoint
from audit.log.record import record
from audit.review import policies
from audit.review.actions import SIGNED_OFF
from audit.review.models import Draw, Evaluation, Item, Queue, SignOff
from audit.review.models.item import UNDECIDED, ItemQuerySet
from audit.review.months import bounds, this_month
from audit.review.rules.rule import all_rules
from cellule.accounts.acting import Acting
from cellule.references import new_reference
from cellule.steps import TooLate

# What a rule finds may have begun so long before the part of the log that it was asked about.
_TELLS_OF_BEFORE = datetime.timedelta(days=1)
# More than this is not carried over, it was not reviewed.
MOST_CARRIED = 100


def items_of(month: datetime.date) -> ItemQuerySet:
    """What auditors answer for with a month: its accesses, and what of earlier months is still open.

    So nothing that was carried over, or came up after its month was signed, is ever left out of sight. The accesses of
    auditors are the privacy officers'.
    """
    open_before = Q(month__lt=month, state__in=UNDECIDED)
    return Item.objects.filter(Q(month=month) | open_before).exclude(queue=Queue.OF_AUDITORS)


def missing(month: datetime.date) -> list:
    """Say in sentences what a month still lacks before anybody may sign it."""
    if month >= this_month():
        return [_("The month is not over yet.")]
    lacks = []
    if SignOff.objects.filter(month=month).exists():
        lacks.append(_("This month is signed already."))
    if not Draw.objects.filter(month=month).exists():
        lacks.append(_("The sample of this month is not drawn yet. It is drawn by itself after the month is over."))
    if _is_unread(month):
        lacks.append(_("The rules have not read the whole month yet. They need two days after its end."))
    if _checkpoint(month) is None:
        lacks.append(_("The log has not signed since the end of this month."))
    if items_of(month).undecided().count() > MOST_CARRIED:
        lacks.append(_("More than 100 accesses up to this month are still to review. Review some of them first."))
    return lacks


def sign_off(month: datetime.date, *, carried: Sequence[str], by: Acting) -> SignOff:
    """Sign a month: every access of it is judged, or its code is among the `carried`.

    Raises PermissionDenied, TooLate (with what is missing, or when something open was not named).
    """
    if not policies.may_sign_off(by.user):
        raise PermissionDenied
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Of two who sign the same month, the second meets a sentence instead of an error.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('review.sign_off'))")
        if lacks := missing(month):
            raise TooLate(lacks)
        items = items_of(month)
        # No verdict and no return comes between the count and the signature.
        held = list(items.select_for_update(of=("self",)).order_by("pk"))
        left = sorted(item.code for item in held if item.is_undecided)
        if left != sorted(set(carried)):
            raise TooLate([_("What is open has changed, or was not named. Look at the list again.")])
        checkpoint = _checkpoint(month)
        code = new_reference()
        signed = SignOff.objects.create(
            code=code,
            month=month,
            checkpoint=checkpoint.number,
            root=checkpoint.statement.root.hex(),
            reviewed=len(held) - len(left),
            left_open=len(left),
            carried=left,
            signer=str(by.user.pk),
        )
        record(SIGNED_OFF, by=by.actor, subject_type=SignOff._meta.label_lower, reference=code)
    return signed


def _is_unread(month: datetime.date) -> bool:
    """Whether a rule may still find something in the month."""
    until = bounds(month)[1] + _TELLS_OF_BEFORE
    read = set(Evaluation.objects.filter(until__gte=until).values_list("rule", flat=True))
    return any(rule.code not in read for rule in all_rules() if rule.find)


def _checkpoint(month: datetime.date) -> Checkpoint | None:
    """The newest one, if it was signed after the month was over."""
    newest = Checkpoint.objects.order_by("-number").first()
    return newest if newest is not None and newest.at >= bounds(month)[1] else None
