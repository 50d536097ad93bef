"""The auditors' overview: coverage of the last months, what waits, and how the log stands."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.log.models import Verification
from audit.log.record import record
from audit.review import coverage, policies
from audit.review.actions import DASHBOARD_VIEWED
from audit.review.models import SignOff
from audit.review.months import month_before, this_month
from audit.review.proof import has_stopped, newest_checkpoint, witnesses
from audit.review.tabs import tabs_of
from cellule.accounts.roles import Permission


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
        "waiting": coverage.waiting(request.user),
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
