"""Searching the cases that exist for a person; what was typed never stands in an address."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.log.actions import Relation
from cases.actions import FOUND_SHOWN
from cases.doors import find_case, open_list
from cases.forms.search import SearchForm
from cases.models import Case, Found
from cases.search.finding import search
from cases.search.lines import PAGE, lines_of
from cases.views.frame import form_page
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.vault.models.owner import Compartment


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def search_page(request: HttpRequest) -> HttpResponse:
    """Ask, search, and lead to the result."""
    form = bound(SearchForm, request)
    if request.method == "POST" and form.is_valid():
        hits = search(request.acting, form.cleaned_data["asked"])
        return redirect("cases:found", Found.keep([hit.case for hit in hits], by=request.acting).pk)
    return _asking(request, form)


@for_permission(Permission.WORK_CASES)
@require_safe
def found_page(request: HttpRequest, token: UUID) -> HttpResponse:
    """What one's own search has found, for a quarter of an hour; anybody else's does not exist."""
    found = Found.objects.of(request.acting).filter(pk=token).first()
    if found is None:
        return _asking(request, SearchForm(user=request.user), status=404, is_over=True)
    acting = request.acting
    opened = acting.vault.open_owner(
        found, [Compartment.DRAFT], action=FOUND_SHOWN, by=acting.actor, relation=Relation.NONE
    )
    told = opened.read(found, "cases")
    number = _page(request, len(told.cases))
    asked = [UUID(hex=pk) for pk in told.cases[PAGE * (number - 1) : PAGE * number]]
    # Found by what this person could see then, and shown by what they see now.
    there = {case.pk: case for case in Case.objects.visible_to(request.user).filter(pk__in=asked)}
    cases = [there[pk] for pk in asked if pk in there]
    context = {
        "lines": lines_of(cases, open_list(request, cases)) if cases else [],
        "count": len(told.cases),
        "at_intake": find_case(request, told.at_intake) if told.at_intake else None,
        "before": f"?page={number - 1}" if number > 1 else "",
        "further": f"?page={number + 1}" if len(told.cases) > PAGE * number else "",
        "title": _("Cases like this one") if told.at_intake else _("What we found"),
    }
    return render(request, "cases/search/found.html", context)


def _asking(request: HttpRequest, form: SearchForm, **told: Any) -> HttpResponse:
    has_desk = request.user.has_perm(Permission.SUPERVISE_CASES)
    return form_page(request, "cases/search/search.html", form, has_desk=has_desk, **{"is_over": False, **told})


def _page(request: HttpRequest, count: int) -> int:
    """The number of the page that is asked for, from 1; the first one for anything else."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 1
    return number if 0 < number <= -(-count // PAGE) else 1
