"""The inbox of an agency."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.vault.rosters import RosterRefused
from cellule.vault.sealing import CannotOpen, UnknownFormat
from cellule.vault.unlocked import OpenedOwner
from referrals.doors import open_referrals
from referrals.inbox import Part, lines, page_of, part_called, to_stop, with_messages
from referrals.models import Referral
from referrals.models.codes import RUNNING


@for_permission(Permission.ANSWER_REFERRALS)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What was sent to this person's agency: codes only, opened under one entry that names them all."""
    part = part_called(request.GET.get("volet", ""))
    marks = {"older_than": request.GET.get("apres", ""), "newer_than": request.GET.get("avant", "")}
    page = page_of(request.user, part, **marks)
    open_now = [each for each in page.referrals if each.state in RUNNING or each.access_until]
    context = {
        "part": part,
        "parts": [(each.label, f"{reverse('referrals:inbox')}?volet={each}", each == part, 0) for each in Part],
        "to_stop": to_stop(request.user),
        "lines": lines(page.referrals, _opened(request, open_now), with_messages(request.user, page.referrals)),
        "newer": f"?volet={part}&avant={page.newer}" if page.newer else "",
        "older": f"?volet={part}&apres={page.older}" if page.older else "",
    }
    return render(request, "referrals/inbox.html", context)


def _opened(request: HttpRequest, referrals: Sequence[Referral]) -> dict[object, OpenedOwner]:
    """Open all of them at once; when one was tampered with, it stays closed and the others are opened one by one."""
    if not referrals:
        return {}
    try:
        return open_referrals(request, referrals)
    except (CannotOpen, UnknownFormat, RosterRefused):
        if len(referrals) == 1:
            return {}
    middle = len(referrals) // 2
    return _opened(request, referrals[:middle]) | _opened(request, referrals[middle:])
