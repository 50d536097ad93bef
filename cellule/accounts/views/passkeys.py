"""Passkeys: signing in and unlocking with one touch; adding, naming and removing one."""

import json
import uuid

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from audit.log.actions import Outcome
from audit.log.actor import Actor
from audit.log.record import record
from cellule.accounts import delays, passkeys
from cellule.accounts.actions import SIGN_IN_FAILED
from cellule.accounts.doors import open_while_locked
from cellule.accounts.forms import NewPasskeyForm, PasskeyForm, PasskeyNameForm, ReauthenticateForm, SignInForm
from cellule.accounts.models import Passkey
from cellule.accounts.step_up import step_up_first
from cellule.accounts.views import lock
from cellule.accounts.views.account import end_other_sessions
from cellule.forms import bound
from cellule.vault.actions import UNLOCK_FAILED
from cellule.vault.identities import Identity

_NOT_KNOWN = _("This passkey is not known here, or the page was open too long. Try again, or type your passphrase.")
_NOT_OPENED = _("This passkey does not open the vault in this browser. Type your passphrase.")


@login_not_required
@open_while_locked
@require_POST
def question(request: HttpRequest) -> HttpResponse:
    """What the browser is to ask its passkeys, as JSON; nothing is stored for it."""
    return JsonResponse(passkeys.request_options(request))


# --- One touch --------------------------------------------------------------------------------------


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    """Say who I am by a passkey; where it has the PRF extension the vault is open too, else the lock page asks."""
    way_on = get_next_redirect_url(request)
    if request.method != "POST":
        return redirect(f"{reverse('account_login')}?{urlencode({'next': way_on})}" if way_on else "account_login")
    if request.user.is_authenticated:
        return redirect("/")
    form, passkey, identity = _touched(request)
    if passkey is None:
        return render(request, "account/login.html", {"form": SignInForm(), "passkey_form": form}, status=422)
    request.opened_identity = identity
    person = passkey.user
    person.backend = "cellule.accounts.backends.Roles"
    # The number or finger that the passkey asked for is the second factor.
    record_authentication(request, person, "mfa", type="webauthn", passwordless=True)
    return perform_login(request, Login(user=person, redirect_url=way_on))


@open_while_locked
def unlock(request: HttpRequest) -> HttpResponse:
    """Open the vault again by a passkey of mine; loaded by its address it is the lock page."""
    after = lock.safe(request.GET.get("suite", ""))
    if request.method != "POST":
        return lock.to_lock_page(after)
    form, passkey, identity = _touched(request)
    if passkey is not None and passkey.user_id == request.user.pk and identity is not None:
        return lock.opened(request, identity, after)
    if passkey is not None:
        form.refuse(_NOT_OPENED)
        _record_failure(request, passkey)
    return lock.page(request, ReauthenticateForm(user=request.user), after, passkey_form=form, status=422)


def _touched(request: HttpRequest) -> tuple[PasskeyForm, Passkey | None, Identity | None]:
    """Whose passkey answered and what it opened; the form says why when nobody is known by it.

    Failures wait longer and longer and every answer comes equally late, as for passphrases.
    """
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        form.refuse(_NOT_KNOWN)
        return form, None, None
    answer, value = form.cleaned_data["credential"], form.cleaned_data["prf"]
    counted = passkeys.counted_as(answer)
    if seconds := delays.seconds_to_wait(counted, request):
        form.refuse(
            ngettext(
                "Too many tries. Wait %(seconds)d second, then try again.",
                "Too many tries. Wait %(seconds)d seconds, then try again.",
                seconds,
            )
            % {"seconds": seconds}
        )
        return form, None, None
    with delays.answer_at_a_fixed_time():
        try:
            passkey = passkeys.whose(request, answer)
        except passkeys.PasskeyRefused as refusal:
            delays.count_failure(counted, request)
            _record_failure(request, refusal.passkey)
            form.refuse(_NOT_KNOWN)
            return form, None, None
        delays.forget_failures(counted, request)
        return form, passkey, passkeys.identity_of(passkey, value)


def _record_failure(request: HttpRequest, passkey: Passkey | None) -> None:
    with transaction.atomic():
        if request.user.is_authenticated:
            record(UNLOCK_FAILED, by=request.acting.actor, outcome=Outcome.FAILED)
            return
        record(
            SIGN_IN_FAILED,
            by=Actor.anonymous(request=request.acting.actor.request),
            subject_type="accounts.user",
            reference=str(passkey.user_id) if passkey else "",
            outcome=Outcome.FAILED,
        )


# --- My passkeys ------------------------------------------------------------------------------------


@step_up_first
def new(request: HttpRequest) -> HttpResponse:
    """Make a passkey in this browser and keep its public half. The browser makes none before it has a name."""
    form = bound(NewPasskeyForm, request)
    if request.method == "POST":
        if form.is_valid():
            given = form.cleaned_data
            try:
                passkeys.add(request, given["name"], given["credential"], given["prf"])
            except passkeys.PasskeyRefused:
                form.refuse(_("The passkey could not be kept: it is known already, or the page was open too long."))
            else:
                return redirect("accounts:account")
        elif "name" not in form.errors:
            form.refuse(_("This browser did not make a passkey. Press the button again, or use another browser."))
    context = {"form": form, "options": json.dumps(passkeys.creation_options(request))}
    return render(request, "accounts/new_passkey.html", context, status=422 if request.method == "POST" else 200)


@step_up_first
def one(request: HttpRequest, passkey: uuid.UUID) -> HttpResponse:
    """Rename one of my passkeys; the page has the button that removes it."""
    mine = get_object_or_404(Passkey, pk=passkey, user=request.user)
    form = bound(PasskeyNameForm, request, initial={"name": mine.name})
    if request.method == "POST" and form.is_valid():
        passkeys.rename(mine, form.cleaned_data["name"], by=request.acting)
        return redirect("accounts:account")
    context = {"form": form, "passkey": mine}
    return render(request, "accounts/passkey.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@step_up_first
def remove(request: HttpRequest, passkey: uuid.UUID) -> HttpResponse:
    """Remove one of my passkeys; whoever signed in with it elsewhere signs in again."""
    mine = get_object_or_404(Passkey, pk=passkey, user=request.user)
    with transaction.atomic():
        passkeys.remove(mine, by=request.acting)
        end_other_sessions(request)
    return redirect("accounts:account")
