"""Lists of cases, without any name."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from cases.doors import open_list
from cases.lists import lines, page_of
from cases.models import Case, CaseQuerySet
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission


@for_permission(Permission.WORK_CASES)
@require_safe
def my_cases(request: HttpRequest) -> HttpResponse:
    """The cases this person may see, the newest first, without any name."""
    return _list(request, Case.objects.worked_by(request.user))


@for_permission(Permission.SUPERVISE_CASES)
@require_safe
def unit_cases(request: HttpRequest) -> HttpResponse:
    """Every case of the unit, for who answers for it."""
    return _list(request, Case.objects.visible_to(request.user))


def _list(request: HttpRequest, visible: CaseQuerySet) -> HttpResponse:
    page = page_of(visible, older_than=request.GET.get("apres", ""), newer_than=request.GET.get("avant", ""))
    told = lines(page.cases, open_list(request, page.cases))
    context = {
        "lines": told,
        "newer": f"?{urlencode({'avant': page.newer})}" if page.newer else "",
        "older": f"?{urlencode({'apres': page.older})}" if page.older else "",
    }
    return render(request, "cases/cases.html", context)
