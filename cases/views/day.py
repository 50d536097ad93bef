"""The first page of the day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from cases.doors import open_list
from cases.lists import LAST, last_weeks, lines
from cases.models import Case
from cellule.notices.models import Notice
from cellule.vault import parking


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """What waits for this person today; other roles have their own first page."""
    if request.user.duty.home != "cases:day":
        return redirect(request.user.duty.home)
    newest = last_weeks(Case.objects.visible_to(request.user))
    context = {
        "last": lines(newest, open_list(request, newest))[:LAST] if newest else [],
        "kept": len(parking.parked_for(request.user.pk)),
        "notices": Notice.objects.unread(request.user),
    }
    return render(request, "cases/day.html", context)


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """The person has read what was new."""
    Notice.objects.unread(request.user).mark_read()
    return redirect("cases:day")
