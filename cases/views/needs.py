"""What a person needs, until it is met."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.doors import find_case
from cases.forms.needs import NewNeedsForm
from cases.models import Need
from cases.views.frame import addition_page, writable
from cases.views.way_back import way_back
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def new_need(request: HttpRequest, reference: str) -> HttpResponse:
    """Write down several needs at once."""
    case = writable(request, reference)
    form = bound(NewNeedsForm, request)
    if request.method == "POST" and form.is_valid():
        for need in form.ticked:
            case.add_need(by=request.acting, row_id=need.row_id, kind=need.kind, urgent=need.urgent, words=need.words)
        return redirect(way_back(request, case))
    return addition_page(request, case, form, title=_("Add needs"), save=_("Save the needs"))


@for_permission(Permission.WORK_CASES)
@require_POST
def need_step(request: HttpRequest, reference: str, pk: uuid.UUID, slug: str) -> HttpResponse:
    """Note that a need is met, not asked for any more, or back."""
    case = find_case(request, reference)
    need = get_object_or_404(case.needs, pk=pk)
    getattr(need, Need.step_called(slug).name)(by=request.acting)
    return redirect(way_back(request, case))
