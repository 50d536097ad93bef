"""What every page knows: the same as in the house, for somebody who would be a caseworker or of an agency there."""

from types import SimpleNamespace

from django.http import HttpRequest

from cellule import front
from cellule.accounts.roles import AGENCY_COORDINATOR, CASEWORKER

_OPEN = SimpleNamespace(unlocked=True)


def page(request: HttpRequest) -> dict:
    request.user.duty = AGENCY_COORDINATOR if request.user.agency_id else CASEWORKER
    request.acting = _OPEN
    return front.page(request)
