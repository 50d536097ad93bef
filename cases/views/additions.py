"""What is added to a case: incidents, notes, and what a note lacks."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.doors import CASEWORK, open_case
from cases.forms.story import AmendmentForm, IncidentForm, NoteForm
from cases.views.frame import addition_page, form_page, notable, writable
from cases.views.way_back import way_back
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def new_incident(request: HttpRequest, reference: str) -> HttpResponse:
    case = writable(request, reference)
    form = bound(IncidentForm, request)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("kind", "happened", "borough", "narrative")}
        case.add_incident(by=request.acting, row_id=form.row_id, **told)
        return redirect(way_back(request, case))
    return addition_page(request, case, form, title=_("Add an incident"), save=_("Save the incident"))


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def new_note(request: HttpRequest, reference: str) -> HttpResponse:
    """Also in an emergency: should the access run out meanwhile, the words are given back and not lost."""
    request.written = request.POST.get("body", "")
    case = notable(request, reference)
    form = bound(NoteForm, request)
    if request.method == "POST" and form.is_valid():
        case.add_note(by=request.acting, row_id=form.row_id, body=form.cleaned_data["body"])
        return redirect(way_back(request, case))
    return addition_page(request, case, form, title=_("Add a note"), save=_("Save the note"))


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def amend_note(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Add to a note what it lacks or gets wrong, with the note in sight."""
    case = writable(request, reference)
    note = get_object_or_404(case.notes, pk=pk)
    form = bound(AmendmentForm, request)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("body", "reason")}
        case.amend_note(by=request.acting, row_id=form.row_id, note=note, **told)
        return redirect("cases:case", case.reference)
    opened = open_case(request, reference, purpose=CASEWORK)[1]
    return form_page(request, "cases/amend_note.html", form, case=case, story=opened.read(note, "story"))
