"""Who opened a case: the part of its page that says so, and the list of it for the person. Looking is an act too."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.log.record import record_read
from cases import policies
from cases.access import entries_of, page_of, people_of
from cases.access_list import AccessPurpose, make_list
from cases.actions import ACCESS_VIEWED
from cases.doors import find_case
from cases.forms.access import AccessFilterForm, AccessListForm
from cases.models import Case
from cases.tabs import tabs_of
from cases.views.frame import form_page
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.vault.files import StoreAway


@for_permission(Permission.WORK_CASES)
@require_safe
def access(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything the log says about the case, the newest first, or what one person did; the look stands there too."""
    case = _theirs(request, reference)
    record_read(ACCESS_VIEWED, by=request.acting.actor, **case.told(request.acting))
    entries = entries_of(case)
    people = people_of(entries)
    asked = request.GET.get("personne", "")
    person = asked if asked in dict(people) else ""
    page = page_of(entries.by_actor(person) if person else entries, before=_entry(request.GET.get("avant", "")))
    address = reverse("cases:access", args=[case.reference])
    context = {
        "case": case,
        "tabs": tabs_of(case, request.user, "cases:access"),
        "lines": page.lines,
        "form": AccessFilterForm({"personne": person}, people=people),
        "chips": [(dict(people)[person], address)] if person else [],
        "address": address,
        "older": _further(page.older, person) if page.older else "",
        "newer": _further(None, person) if "avant" in request.GET else "",
    }
    return render(request, "cases/access/access.html", context)


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def access_list(request: HttpRequest, reference: str) -> HttpResponse:
    """Make the list for the person: it becomes a file of the case, from where it is printed."""
    case = _theirs(request, reference)
    form, status = bound(AccessListForm, request), 0
    if request.method == "POST" and form.is_valid():
        told = {"tongue": form.cleaned_data["tongue"], "purpose": AccessPurpose(form.cleaned_data["purpose"])}
        try:
            file = make_list(case, by=request.acting, row_id=form.row_id, **told)
            return redirect("cases:file", case.reference, file)
        except StoreAway:
            form.add_error(None, _("The store of files does not answer. Nothing was made; try again in a few minutes."))
            status = 503
    return form_page(request, "cases/access/list.html", form, status=status, case=case)


def _theirs(request: HttpRequest, reference: str) -> Case:
    case = find_case(request, reference)
    if not policies.may_see_access(case, request.user):
        raise PermissionDenied
    return case


def _entry(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _further(entry: UUID | None, person: str) -> str:
    """The address of another page of the same list, of the first one without an entry."""
    told = {"personne": person, "avant": entry}
    return "?" + urlencode({name: value for name, value in told.items() if value})
