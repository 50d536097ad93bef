"""What every page knows: the same as in the house, for somebody who would be a caseworker there."""

from types import SimpleNamespace

from django.http import HttpRequest

from cellule import front
from cellule.accounts.roles import CASEWORKER

_OPEN = SimpleNamespace(unlocked=True)


def page(request: HttpRequest) -> dict:
    request.user.duty = CASEWORKER
    request.acting = _OPEN
    return front.page(request)
