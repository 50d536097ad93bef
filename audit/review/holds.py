"""Holds: what of the log stays although its time is over. Set and lifted by the privacy officers, each an entry."""

from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audit.log.models import Entry, Hold, HoldLifted
from audit.log.record import record
from audit.review.actions import HOLD_LIFTED, HOLD_SET, HOLDS_VIEWED
from audit.review.hold_form import HoldForm
from audit.review.people import as_read
from audit.review.tabs import tabs_of
from cellule.accounts.actors import names_of
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.front import say

SUBJECT_TYPE = "log_hold"


@dataclass(frozen=True)
class Line:
    """A hold in force as people read it."""

    hold: Hold
    who: str | Promise
    reference: str


@for_permission(Permission.HOLD_LOG)
@require_http_methods(["GET", "HEAD", "POST"])
def holds(request: HttpRequest) -> HttpResponse:
    """The holds in force, and a form that sets one."""
    form, status = bound(HoldForm, request), HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid():
            _set(form, request)
            say(request, _("These entries are kept until you end it."))
            return redirect("review:holds")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    with transaction.atomic():
        found = list(Hold.objects.in_force().order_by("-at"))
        record(HOLDS_VIEWED, by=request.acting.actor)
    names = names_of({hold.by for hold in found})
    lines = [Line(hold, str(names[hold.by]), as_read(hold.reference)) for hold in found]
    context = {"form": form, "lines": lines, "tabs": tabs_of(request.user, "review:holds")}
    return render(request, "review/holds.html", context, status=status)


@for_permission(Permission.HOLD_LOG)
@require_POST
def lift(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a hold end: what it kept goes the next night when its time is over. Lifted once, however often it is sent."""
    hold = get_object_or_404(Hold, pk=pk)
    by = request.acting.actor
    with transaction.atomic():
        lifted, is_new = HoldLifted.objects.get_or_create(hold=hold.pk, defaults={"by": by.id})
        if is_new:
            about = {"subject_type": SUBJECT_TYPE, "reference": str(lifted.hold), "purpose": hold.reason}
            record(HOLD_LIFTED, by=by, **about)
    say(request, _("Kept no longer. Was it a mistake? Keep them again today: nothing goes before the night."))
    return redirect("review:holds")


def _set(form: HoldForm, request: HttpRequest) -> None:
    told, by = form.told, request.acting.actor
    with transaction.atomic():
        subject = None
        if told["reference"]:
            # The case's log reference finds what stands under other references: its referrals, on both sides.
            named = Entry.objects.filter(reference=told["reference"], subject__isnull=False)
            subject = named.order_by("-id").values_list("subject", flat=True).first()
        hold, is_new = Hold.objects.get_or_create(pk=form.row_id, defaults={"by": by.id, "subject": subject, **told})
        if not is_new:
            return
        about = {
            "subject_type": SUBJECT_TYPE,
            "reference": str(hold.pk),
            "shown": [hold.reference] * bool(hold.reference),
        }
        record(HOLD_SET, by=by, purpose=hold.reason, **about)
