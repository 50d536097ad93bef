"""Pages that both sides of a referral have: people who work on cases, and people of agencies."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from cellule.accounts.roles import Permission


def for_both_sides(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for people who send or answer referrals; anybody else is refused, and the refusal is logged."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (request.user.has_perm(Permission.WORK_CASES) or request.user.has_perm(Permission.ANSWER_REFERRALS)):
            raise PermissionDenied
        # What is answered while the other side takes the referral back finds nothing there; the words are not lost.
        request.written = request.POST.get("words", "")
        return view(request, *args, **kwargs)

    return checked
