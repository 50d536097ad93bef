"""The reviewers' first page: what is new, what waits, coverage of the last months, and how the log stands."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit.log.models import Verification
from audit.log.record import record
from audit.review import coverage, policies
from audit.review.actions import DASHBOARD_VIEWED
from audit.review.models import SignOff
from audit.review.months import month_before, this_month
from audit.review.proof import has_stopped, newest_checkpoint, witnesses
from audit.review.tabs import QUEUE_PAGES, tabs_of
from cellule.accounts.roles import Permission
from cellule.notices.models import Notice
from cellule.vault import parking


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """How far the reviews are. Looking is recorded."""
    if not request.user.has_perm(Permission.READ_LOG):
        raise PermissionDenied
    with transaction.atomic():
        record(DASHBOARD_VIEWED, by=request.acting.actor)
    newest, standing = newest_checkpoint(), witnesses()
    context = {
        "tabs": tabs_of(request.user, "review:dashboard"),
        "months": coverage.months(),
        "waiting": [(each, reverse(QUEUE_PAGES[each.queue])) for each in coverage.waiting(request.user)],
        "kept": len(parking.parked_for(request.user.pk)),
        "notices": Notice.objects.unread(request.user),
        "last_sign_off": SignOff.objects.order_by("-month").first(),
        "may_sign": policies.may_sign_off(request.user),
        "over": month_before(this_month()),
        "newest": newest,
        "stopped": has_stopped(newest),
        "silent": [each.name for each in standing if each.silent or each.refuses],
        "broken": _is_broken(),
    }
    return render(request, "review/dashboard.html", context)


def _is_broken() -> bool:
    last = Verification.objects.order_by("-id").first()
    return last is not None and bool(last.fault)
