"""Lists of cases, without any name of the people helped, and the views of them that a person keeps."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from cases.doors import open_list
from cases.filters import chosen, filters_of
from cases.forms.lists import FilterForm
from cases.lists import PERMISSIONS, beginning, leads_of, lines, page_of
from cases.models import SavedView, Scope
from cases.saved_views import save_view, shortcuts
from cellule.accounts.doors import for_permission

_ADDRESSES = {Scope.MINE: "cases:cases", Scope.UNIT: "cases:unit", Scope.UNASSIGNED: "cases:unassigned"}


@for_permission(PERMISSIONS[Scope.MINE])
@require_safe
def my_cases(request: HttpRequest) -> HttpResponse:
    """The cases that this person leads or shares in, the newest first."""
    return _list(request, Scope.MINE)


@for_permission(PERMISSIONS[Scope.UNIT])
@require_safe
def unit_cases(request: HttpRequest) -> HttpResponse:
    """Every case of the unit, for who answers for it."""
    return _list(request, Scope.UNIT)


@for_permission(PERMISSIONS[Scope.UNASSIGNED])
@require_safe
def unassigned_cases(request: HttpRequest) -> HttpResponse:
    """The cases that nobody leads, for who assigns them."""
    return _list(request, Scope.UNASSIGNED)


@require_POST
def keep_view(request: HttpRequest, scope: str) -> HttpResponse:
    """Keep the filters in the address as a view of that list."""
    if scope not in Scope:
        raise Http404
    if not request.user.has_perm(PERMISSIONS[Scope(scope)]):
        raise PermissionDenied
    current = chosen(filters_of(Scope(scope), request.user), request.GET)
    save_view(request.user, Scope(scope), current)
    return redirect(f"{reverse(_ADDRESSES[Scope(scope)])}?{current.query}")


@require_POST
def remove_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget one's own view; the cases in it stay where they are."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    view.delete()
    return redirect(_ADDRESSES[Scope(view.scope)])


def _list(request: HttpRequest, scope: Scope) -> HttpResponse:
    filters, begins = filters_of(scope, request.user), beginning(scope, request.user)
    current = chosen(filters, request.GET)
    narrowed = current.narrow(begins)
    marks = {"older_than": request.GET.get("apres", ""), "newer_than": request.GET.get("avant", "")}
    page = page_of(narrowed, among=begins, **marks)
    leads = leads_of(page.cases) if scope == Scope.UNIT and page.cases else {}
    kept = shortcuts(request.user, scope, filters, current)
    context = {
        "scope": scope,
        "title": scope.label,
        "lists": _lists(request, scope),
        "lines": lines(page.cases, open_list(request, page.cases), leads) if page.cases else [],
        "with_lead": scope == Scope.UNIT,
        "newer": _further("avant", page.newer, current.query),
        "older": _further("apres", page.older, current.query),
        "form": FilterForm(current),
        "address": reverse(_ADDRESSES[scope]),
        "chips": current.words,
        "shortcuts": kept,
        "query": current.query,
        "may_keep": bool(current.codes) and not any(each.is_current for each in kept),
    }
    return render(request, "cases/cases.html", context)


def _lists(request: HttpRequest, here: Scope) -> list[tuple]:
    """The lists this person may read, for who may read several."""
    readable = [scope for scope in Scope if request.user.has_perm(PERMISSIONS[scope])]
    return [(each.label, reverse(_ADDRESSES[each]), each == here, 0) for each in readable] if readable[1:] else []


def _further(way: str, reference: str, query: str) -> str:
    return f"?{'&'.join(filter(None, [query, urlencode({way: reference})]))}" if reference else ""
