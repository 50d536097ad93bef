"""The inbox of an agency."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.vault import parking
from referrals.doors import open_apart
from referrals.inbox import Part, lines, page_of, part_called, to_stop, with_messages
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
        "kept": len(parking.parked_for(request.user.pk)),
        "lines": lines(page.referrals, open_apart(request, open_now), with_messages(request.user, page.referrals)),
        "newer": f"?volet={part}&avant={page.newer}" if page.newer else "",
        "older": f"?volet={part}&apres={page.older}" if page.older else "",
    }
    return render(request, "referrals/inbox.html", context)
