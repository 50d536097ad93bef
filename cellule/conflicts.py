"""Between a step and the person: what is not possible (any more) gets the page that says so."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from cellule.front import conflict
from cellule.steps import TooLate


class Conflicts:
    """Answers 409 to a step that came too late; the refusal is logged like any other."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return conflict(request, reasons=exception.reasons) if isinstance(exception, TooLate) else None
