"""Where a page leads after it is saved: to the case, or to the intake from which it was reached."""

from django.http import HttpRequest
from django.urls import reverse

from cases.intake import COMES_BACK
from cases.models import Case

_NAME, _, _INTAKE = COMES_BACK.partition("=")


def way_back(request: HttpRequest, case: Case) -> str:
    """Give the address of the intake's task list when this page was reached from there, else of the case."""
    comes_from_intake = request.GET.get(_NAME) == _INTAKE
    return reverse("cases:intake" if comes_from_intake else "cases:case", args=[case.reference])
