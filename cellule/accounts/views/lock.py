"""The lock page: who, unlock, sign out, nothing else."""

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods

from audit.log.actions import Outcome
from audit.log.record import record
from cellule.accounts.doors import open_while_locked
from cellule.accounts.forms import PasskeyForm, ReauthenticateForm
from cellule.accounts.models import Passkey
from cellule.vault import parking, sessions
from cellule.vault.actions import LOCKED, UNLOCK_FAILED, UNLOCKED
from cellule.vault.identities import Identity

# A GET of these leads to the lock page or to the way in.
_NOWHERE = {"accounts:lock", "accounts:unlock", "accounts:passkey_unlock", "accounts:passkey_sign_in", "account_logout"}


@open_while_locked
def lock(request: HttpRequest) -> HttpResponse:
    """POST locks at once; GET shows the page, or goes on where the person was when nothing is locked."""
    if request.method == "POST":
        _close(request)
        return to_lock_page(safe(request.POST.get("suite", "")))
    if request.acting.unlocked:
        return HttpResponseRedirect(safe(request.GET.get("suite", "")))
    return page(request, ReauthenticateForm(user=request.user), safe(request.GET.get("suite", "")))


@open_while_locked
@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Open the vault again with the passphrase; loaded by its address, as after a wrong one, it is the lock page."""
    suite = safe(request.GET.get("suite", ""))
    if request.method != "POST":
        return to_lock_page(suite)
    form = ReauthenticateForm(request.POST, user=request.user)
    if not form.is_valid():
        with transaction.atomic():
            record(UNLOCK_FAILED, by=request.acting.actor, outcome=Outcome.FAILED)
        return page(request, form, suite, status=422)
    response = opened(request, request.opened_identity, suite)
    reauthenticate_by_password(request)
    return response


def opened(request: HttpRequest, identity: Identity, suite: str) -> HttpResponse:
    """Give the browser the key of a vault that was just opened, and lead on."""
    # The open vault and its entry stand or fall together.
    with transaction.atomic():
        cookie = sessions.begin(request.user.pk, request.session.row_id, identity)
        record(UNLOCKED, by=request.acting.actor)
    request.vault_cookie = cookie
    if parking.parked_for(request.user.pk):
        return redirect("accounts:kept")
    return HttpResponseRedirect(suite)


def _close(request: HttpRequest) -> None:
    was_open = request.acting.unlocked is not None
    sessions.end(request.session.row_id)
    request.vault_cookie = ""
    if was_open:
        with transaction.atomic():
            record(LOCKED, by=request.acting.actor)


def to_lock_page(suite: str) -> HttpResponse:
    return redirect(f"{reverse('accounts:lock')}?{urlencode({'suite': suite})}")


def page(
    request: HttpRequest,
    form: ReauthenticateForm,
    suite: str,
    *,
    passkey_form: PasskeyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The lock page; a passkey is offered to whoever has one that opens the vault."""
    context = {
        "form": form,
        "passkey_form": passkey_form,
        "has_passkey": Passkey.objects.filter(user=request.user, slot__isnull=False).exists(),
        "suite": suite,
        "is_lock_page": True,
    }
    return render(request, "accounts/lock.html", context, status=status)


def safe(path: str) -> str:
    """A path of this house that a GET may open, else the first page."""
    if not url_has_allowed_host_and_scheme(path, None) or not path.startswith("/"):
        return "/"
    try:
        match = resolve(path.split("?")[0])
    except Resolver404:
        return "/"
    return "/" if match.view_name in _NOWHERE else path
