"""Enrolling by a one-time link; the waiting room with the person's own five words."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cellule.accounts import enrolment
from cellule.accounts.doors import open_while_waiting
from cellule.accounts.models import Invitation
from cellule.accounts.roles import AGENCY_COORDINATOR
from cellule.accounts.views.passphrases import show_and_type_back
from cellule.vault import words


@login_not_required
def enrol(request: HttpRequest, code: str) -> HttpResponse:
    """Show a passphrase, have it typed back, and only then make keys. A used or unknown link looks the same."""
    invitation = enrolment.invitation_of(code)
    if invitation is None:
        return render(request, "accounts/invitation_over.html", status=404)

    def keep(shown: str, typed: str) -> HttpResponse:
        try:
            enrolment.enrol(invitation, shown, typed)
        except Invitation.DoesNotExist:
            return render(request, "accounts/invitation_over.html", status=404)
        return render(request, "accounts/enrolled.html")

    return show_and_type_back(
        request,
        invitation.pk,
        pages=("accounts/enrol.html", "accounts/enrol_type_back.html"),
        context={"invitation": invitation, "is_anew": enrolment.has_keys(invitation.user)},
        keep=keep,
    )


@open_while_waiting
def waiting(request: HttpRequest) -> HttpResponse:
    """Enrolled and signed in, but in no roster yet: the five words to read out."""
    if request.acting.is_admitted:
        return redirect("/")
    fingerprint = request.acting.vault.identity.public.fingerprint
    context = {
        "words": words.fingerprint_words(fingerprint).split(),
        "awaits_root": request.acting.awaits_root,
        "is_coordinator": request.user.role == AGENCY_COORDINATOR.code,
        "is_agency": not request.user.duty.in_unit,
    }
    return render(request, "accounts/waiting.html", context)


@open_while_waiting
def own_words(request: HttpRequest) -> HttpResponse:
    """The five words of one's own keys, for a colleague who compares them with what the rosters name."""
    fingerprint = request.acting.vault.identity.fingerprint
    return render(request, "accounts/own_words.html", {"words": words.fingerprint_words(fingerprint).split()})
