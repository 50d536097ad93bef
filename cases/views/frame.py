"""What pages with a form share: the case that may be written, and the form drawn (again)."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases import policies
from cases.doors import find_case
from cases.models import Case
from cases.views.way_back import way_back
from cellule.forms import Form
from cellule.front import reseal


def writable(request: HttpRequest, reference: str) -> Case:
    """The case to which this person may add; nothing of it is opened for that. Http404, PermissionDenied."""
    case = find_case(request, reference)
    if not policies.may_write(case, request.user):
        raise PermissionDenied
    return case


def notable(request: HttpRequest, reference: str) -> Case:
    """The case to which this person may add a note, also in an emergency. Http404, PermissionDenied."""
    case = find_case(request, reference, in_emergency=True)
    if not policies.may_add_note(case, request.user):
        raise PermissionDenied
    return case


def readable(request: HttpRequest, reference: str) -> Case:
    """The case whose story this person may read, also in an emergency. Http404, PermissionDenied."""
    case = find_case(request, reference, in_emergency=True)
    if not policies.may_read_now(case, request.user):
        raise PermissionDenied
    return case


def while_open(response: HttpResponse, case: Case) -> HttpResponse:
    """Have a page that only an emergency access opens leave the screen in the moment when that is over."""
    if case.emergency is None:
        return response
    address = reverse("cases:emergency", args=[case.emergency.reference])
    return reseal(response, address, case.emergency.seconds_left + 1)


def shown_for(case: Case, seconds: int = 60) -> int:
    """How many seconds a revealed value is shown: never longer than the emergency access that opens its case."""
    return seconds if case.emergency is None else min(seconds, case.emergency.seconds_left + 1)


def form_page(request: HttpRequest, template: str, form: Form, *, status: int = 0, **context: object) -> HttpResponse:
    """Draw a form: 200, 422 when something must be changed, or the status given (409 for one that was overtaken)."""
    return render(request, template, {"form": form, **context}, status=status or (422 if form.errors else 200))


def addition_page(request: HttpRequest, case: Case, form: Form, *, title: str, save: str) -> HttpResponse:
    """Draw a form that adds to a case, under its title and with the text of its button."""
    back = way_back(request, case)
    return form_page(request, "cases/addition.html", form, case=case, back=back, title=title, save=save)
