"""Pages of a caseworker: the day, the list, a case, and what is added to it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import policies
from cases.doors import CASEWORK, find_case, open_case, open_list
from cases.forms import IncidentForm, InquiryForm, NoteForm
from cases.languages import language_name
from cases.lists import LAST, last_weeks, lines, page_of
from cases.models import Case, Interpreter
from cases.timeline import events_of
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import Form, bound
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


@for_permission(Permission.WORK_CASES)
@require_safe
def my_cases(request: HttpRequest) -> HttpResponse:
    """The cases this person may see, the newest first, without any name."""
    visible = Case.objects.visible_to(request.user)
    page = page_of(visible, older_than=request.GET.get("apres", ""), newer_than=request.GET.get("avant", ""))
    told = lines(page.cases, open_list(request, page.cases))
    context = {
        "lines": told,
        "newer": f"?{urlencode({'avant': page.newer})}" if page.newer else "",
        "older": f"?{urlencode({'apres': page.older})}" if page.older else "",
    }
    return render(request, "cases/cases.html", context)


@for_permission(Permission.OPEN_INQUIRY)
@require_http_methods(["GET", "HEAD", "POST"])
def new_case(request: HttpRequest) -> HttpResponse:
    """Three questions, then the code to say aloud."""
    form = bound(InquiryForm, request)
    if request.method == "POST" and form.is_valid():
        answers = {name: form.cleaned_data[name] for name in ("channel", "language", "interpreter")}
        case = Case.open_inquiry(by=request.acting, row_id=form.row_id, **answers)
        return redirect("cases:case", case.reference)
    return _form_page(request, "cases/new_case.html", form)


@for_permission(Permission.WORK_CASES)
@require_safe
def case_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The case: its code and language, what happened, and what to add."""
    case, opened = open_case(request, reference, purpose=CASEWORK)
    ordinary = opened.read(case, "ordinary")
    context = {
        "case": case,
        "opened_on": ordinary.opened_on,
        "spoken": language_name(ordinary.language),
        "interpreter": Interpreter(ordinary.interpreter).label,
        "events": events_of(case, opened),
        "may_write": policies.may_write(case, request.user),
    }
    return render(request, "cases/case.html", context)


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def new_incident(request: HttpRequest, reference: str) -> HttpResponse:
    case = _writable(request, reference)
    form = bound(IncidentForm, request)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("kind", "happened", "borough", "narrative")}
        case.add_incident(by=request.acting, row_id=form.row_id, **told)
        return redirect("cases:case", case.reference)
    return _form_page(request, "cases/new_incident.html", form, case=case)


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def new_note(request: HttpRequest, reference: str) -> HttpResponse:
    case = _writable(request, reference)
    form = bound(NoteForm, request)
    if request.method == "POST" and form.is_valid():
        case.add_note(by=request.acting, row_id=form.row_id, body=form.cleaned_data["body"])
        return redirect("cases:case", case.reference)
    return _form_page(request, "cases/new_note.html", form, case=case)


def _writable(request: HttpRequest, reference: str) -> Case:
    """The case to which this person may add; nothing of it is opened for that."""
    case = find_case(request, reference)
    if not policies.may_write(case, request.user):
        raise PermissionDenied
    return case


def _form_page(request: HttpRequest, template: str, form: Form, **context: object) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)
