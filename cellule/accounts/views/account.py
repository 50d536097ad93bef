"""My account: language, sessions, passphrase, second factor."""

import uuid

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.mfa.adapter import get_adapter as second_factor_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import get_totp_secret
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from audit.log.record import record
from cellule.accounts import enrolment
from cellule.accounts.actions import SESSION_ENDED
from cellule.accounts.doors import open_while_waiting, open_without_second_factor
from cellule.accounts.forms import LanguageForm
from cellule.accounts.models import Passkey, SignInSession
from cellule.accounts.views.passphrases import show_and_type_back
from cellule.vault import sessions


@open_while_waiting
def account(request: HttpRequest) -> HttpResponse:
    """Language, second factor, passkeys, and every browser that is signed in as me."""
    form = LanguageForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("accounts:account")
    mine = SignInSession.objects.filter(user=request.user, expires_at__gt=timezone.now()).order_by("-started_at")
    context = {
        "form": form,
        "sessions": [
            {"id": one.log_session, "started_at": one.started_at, "is_this": one.key_hash == request.session.row_id}
            for one in mine
        ],
        "passkeys": Passkey.objects.filter(user=request.user),
        "has_second_factor": Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists(),
    }
    return render(request, "accounts/account.html", context)


@open_while_waiting
@require_POST
def end_session(request: HttpRequest, session: uuid.UUID | None) -> HttpResponse:
    """End one of my sessions, or all others; its copy of my keys goes with it."""
    end_other_sessions(request, session)
    return redirect("accounts:account")


def end_other_sessions(request: HttpRequest, session: uuid.UUID | None = None) -> None:
    """End one other session of the person by its name in the log, or all of them, with their copies of the keys."""
    others = SignInSession.objects.filter(user=request.user).exclude(key_hash=request.session.row_id)
    chosen = others.filter(log_session=session) if session else others
    with transaction.atomic():
        for one in chosen:
            sessions.end(one.key_hash)
            one.delete()
            record(
                SESSION_ENDED,
                by=request.acting.actor,
                subject_type="accounts.session",
                reference=str(one.log_session),
            )


@open_while_waiting
def passphrase(request: HttpRequest) -> HttpResponse:
    """A new passphrase for the same keys: shown, typed back. Asks for the old one first."""
    if is_reauthentication_required(request, app="allauth.account"):
        return redirect(f"{reverse('account_reauthenticate')}?next={request.path}")

    def keep(shown: str, typed: str) -> HttpResponse:
        enrolment.change_passphrase(request.acting, shown, typed)
        return redirect("account_login")

    return show_and_type_back(
        request,
        request.user.pk,
        pages=("accounts/passphrase.html", "accounts/passphrase_type_back.html"),
        context={},
        keep=keep,
    )


@open_while_waiting
@open_without_second_factor
def second_factor_image(request: HttpRequest) -> HttpResponse:
    """The seed as a square code for the application, only while it is being set up."""
    adapter = second_factor_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(request.user, get_totp_secret()))
    return HttpResponse(svg, content_type="image/svg+xml")
