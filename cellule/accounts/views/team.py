"""Who is in, and letting somebody in."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cellule.accounts import team as teams
from cellule.accounts.doors import for_permission
from cellule.accounts.forms import AdmitForm
from cellule.accounts.models import User
from cellule.accounts.roles import AGENCY_COORDINATOR, Permission
from cellule.forms import bound
from cellule.vault import words
from cellule.vault.membership import MayNotAdmit, enrolled_public


@for_permission(Permission.ADMIT)
def team(request: HttpRequest) -> HttpResponse:
    """Members by verified roster, the people who wait to be admitted, and for a supervisor the agencies."""
    signed = teams.signed_by_me(request.acting)
    waiting = [
        {"person": person, "signed_by_me": person.pk in signed, "is_coordinator": _is_coordinator(person)}
        for person in teams.waiting_for(request.acting)
    ]
    context = {
        "members": teams.members(request.acting),
        "sees_standing": request.user.has_perm(Permission.SUPERVISE_CASES),
        "waiting": waiting,
        "calls_directory": any(entrant["is_coordinator"] for entrant in waiting),
        "agencies": teams.agencies(request.acting),
    }
    return render(request, "accounts/team.html", context)


@for_permission(Permission.ADMIT)
def admit(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Type the five words heard from the person; this signs the rosters and wraps the roots."""
    entrant = next((entrant for entrant in teams.waiting_for(request.acting) if entrant.pk == person), None)
    public = enrolled_public(person)
    if entrant is None or public is None:
        raise Http404
    expected = words.fingerprint_words(public.fingerprint)
    form = bound(AdmitForm, request, expected=expected, by_directory=_is_coordinator(entrant))
    if request.method == "POST" and form.is_valid():
        try:
            done = teams.admit(entrant, form.cleaned_data["typed"], by=request.acting)
        except MayNotAdmit:
            raise PermissionDenied from None
        else:
            if not done:
                return render(request, "accounts/half_admitted.html", {"entrant": entrant})
            return redirect("accounts:team")
    context = {"form": form, "entrant": entrant, "is_coordinator": _is_coordinator(entrant)}
    return render(request, "accounts/admit.html", context, status=422 if form.errors else 200)


def _is_coordinator(person: User) -> bool:
    return person.role == AGENCY_COORDINATOR.code
