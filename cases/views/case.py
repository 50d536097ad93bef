"""Opening a case, and its page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases import policies
from cases.doors import CASEWORK, open_case
from cases.forms.inquiry import InquiryForm
from cases.languages import language_name
from cases.models import Case, Interpreter
from cases.timeline import events_of
from cases.views.frame import form_page
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound


@for_permission(Permission.OPEN_INQUIRY)
@require_http_methods(["GET", "HEAD", "POST"])
def new_case(request: HttpRequest) -> HttpResponse:
    """Three questions, then the code to say aloud."""
    form = bound(InquiryForm, request)
    if request.method == "POST" and form.is_valid():
        answers = {name: form.cleaned_data[name] for name in ("channel", "language", "interpreter")}
        case = Case.open_inquiry(by=request.acting, row_id=form.row_id, **answers)
        return redirect("cases:case", case.reference)
    return form_page(request, "cases/new_case.html", form)


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
