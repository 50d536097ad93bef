"""The supervisors' page on how the keys of the house stand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.accounts.standing import standing_of


@require_safe
@for_permission(Permission.SUPERVISE_CASES)
def standing(request: HttpRequest) -> HttpResponse:
    """Members, epochs, slots and drills; no content, and nothing that opens any."""
    return render(request, "accounts/standing.html", {"standing": standing_of(request.acting)})
