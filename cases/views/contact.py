"""How a person may be reached safely."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cases.doors import CASEWORK, open_case
from cases.forms.contact import ContactForm, answers_of
from cases.models import Case, SafeContact
from cases.views.frame import form_page, writable
from cases.views.way_back import way_back
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.steps import Stale


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, reference: str) -> HttpResponse:
    """Write down or correct the rules; number, address and code word are only ever replaced here."""
    case = writable(request, reference)
    row = SafeContact.objects.filter(case=case).first()
    saved = _saved(request, case, row) if request.method != "POST" else {}
    form = bound(ContactForm, request, initial=saved, has_details=row is not None and row.contact is not None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, case, form)
    details, version = form.told_apart, form.cleaned_data["version"]
    try:
        case.write_contact(by=request.acting, rules=form.rules, details=details, version=version)
    except Stale:
        saved = _saved(request, case, SafeContact.objects.filter(case=case).first())
        form.overtaken(saved, saved["version"])
        # Sent twice, it says what is there already; of what lies apart nobody can tell.
        if form.theirs or details is not None:
            return _page(request, case, form, status=409)
    return redirect(way_back(request, case))


def _saved(request: HttpRequest, case: Case, row: SafeContact | None) -> dict[str, Any]:
    """What is written down, as the form takes it; opened only where there is something."""
    if row is None:
        return {"version": 0}
    opened = open_case(request, case.reference, purpose=CASEWORK)[1]
    return {"version": row.version, **answers_of(opened.read(row, "story"))}


def _page(request: HttpRequest, case: Case, form: ContactForm, status: int = 0) -> HttpResponse:
    return form_page(request, "cases/contact.html", form, status=status, case=case, back=way_back(request, case))
