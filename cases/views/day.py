"""The first page of the day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cases import policies
from cases.doors import open_list
from cases.lists import LAST, last_weeks, lines
from cases.models import BreakGlass, Case, CaseQuerySet
from cellule.accounts.models import User
from cellule.accounts.roles import Permission
from cellule.notices.models import Notice
from cellule.vault import parking

# Nobody counts further on a first page.
MANY = 99
# More emergencies than this are for a telephone, not for a list.
SHOWN = 10


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """What waits for this person today; other roles have their own first page."""
    if request.user.duty.home != "cases:day":
        return redirect(request.user.duty.home)
    newest = last_weeks(Case.objects.worked_by(request.user))
    context = {
        "last": lines(newest, open_list(request, newest))[:LAST] if newest else [],
        "kept": len(parking.parked_for(request.user.pk)),
        "notices": Notice.objects.unread(request.user),
        "emergencies": list(BreakGlass.objects.asked_by(request.user)[:SHOWN]),
        "answers": list(BreakGlass.objects.awaiting(request.user)[:SHOWN]),
        "may_ask_in_emergency": policies.may_ask_in_emergency(request.user),
        "waiting": _waiting(request.user) if request.user.has_perm(Permission.SUPERVISE_CASES) else [],
    }
    return render(request, "cases/day.html", context)


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """The person has read what was new."""
    Notice.objects.unread(request.user).mark_read()
    return redirect("cases:day")


def _waiting(user: User) -> list[tuple[str, str]]:
    """What waits for a supervisor: sentences, each with the list that shows the same cases."""
    without_lead = _up_to_many(Case.objects.visible_to(user).awaiting_lead())
    decisions = _up_to_many(Case.objects.visible_to(user).awaiting_decision())
    told = []
    if without_lead:
        text = ngettext("%(count)s case without a lead", "%(count)s cases without a lead", without_lead)
        told.append((text % {"count": _capped(without_lead)}, reverse("cases:unassigned")))
    if decisions:
        text = ngettext("%(count)s case to close or not", "%(count)s cases to close or not", decisions)
        told.append((text % {"count": _capped(decisions)}, f"{reverse('cases:unit')}?decision=fermeture"))
    return told


def _up_to_many(cases: CaseQuerySet) -> int:
    return len(cases.values_list("pk")[: MANY + 1])


def _capped(count: int) -> str:
    return f"{MANY}+" if count > MANY else str(count)
