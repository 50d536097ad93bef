"""Enrolling by a one-time link; the waiting room with the person's own five words."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cellule.accounts import enrolment
from cellule.accounts.doors import open_while_waiting
from cellule.accounts.forms import TypeBackForm
from cellule.accounts.models import Invitation
from cellule.vault import words


@login_not_required
def enrol(request: HttpRequest, code: str) -> HttpResponse:
    """Show a passphrase, have it typed back, and only then make keys. A used or unknown link looks the same."""
    invitation = enrolment.invitation_of(code)
    if invitation is None:
        return render(request, "accounts/invitation_over.html", status=404)
    if request.method != "POST" or "show" in request.POST:
        passphrase, token = enrolment.shown_passphrase(invitation.pk)
        context = {"invitation": invitation, "passphrase": passphrase.split(), "token": token}
        return render(request, "accounts/enrol.html", context)
    try:
        shown = enrolment.passphrase_of(request.POST.get("token", ""), invitation.pk)
    except enrolment.TokenRefused:
        return redirect("accounts:enrol", code=code)
    if "typed" not in request.POST:
        form = TypeBackForm(initial={"token": request.POST["token"]})
        return render(request, "accounts/enrol_type_back.html", {"invitation": invitation, "form": form})
    form = TypeBackForm(request.POST)
    if form.is_valid():
        try:
            enrolment.enrol(invitation, shown, form.cleaned_data["typed"])
        except enrolment.WrongPassphrase:
            form.add_error(
                "typed", _("These are not the six words that were shown. Look at your paper, or have them shown again.")
            )
        except Invitation.DoesNotExist:
            return render(request, "accounts/invitation_over.html", status=404)
        else:
            return render(request, "accounts/enrolled.html", {"person": invitation.user})
    return render(request, "accounts/enrol_type_back.html", {"invitation": invitation, "form": form}, status=422)


@open_while_waiting
def waiting(request: HttpRequest) -> HttpResponse:
    """Enrolled and signed in, but in no roster yet: the five words to read out."""
    if request.acting.is_admitted:
        return redirect("/")
    fingerprint = request.acting.vault.identity.public.fingerprint
    return render(request, "accounts/waiting.html", {"words": words.fingerprint_words(fingerprint).split()})
