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
from cellule.accounts.forms import ReauthenticateForm
from cellule.vault import parking, sessions
from cellule.vault.actions import LOCKED, UNLOCK_FAILED, UNLOCKED


@open_while_locked
def lock(request: HttpRequest) -> HttpResponse:
    """POST locks at once; GET shows the page, or goes on where the person was when nothing is locked."""
    if request.method == "POST":
        _close(request)
        return _to_lock_page(_safe(request.POST.get("suite", "")))
    if request.acting.unlocked:
        return HttpResponseRedirect(_safe(request.GET.get("suite", "")))
    return _page(request, ReauthenticateForm(user=request.user), _safe(request.GET.get("suite", "")))


@open_while_locked
@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Open the vault again with the passphrase; loaded by its address, as after a wrong one, it is the lock page."""
    suite = _safe(request.GET.get("suite", ""))
    if request.method != "POST":
        return _to_lock_page(suite)
    form = ReauthenticateForm(request.POST, user=request.user)
    if not form.is_valid():
        with transaction.atomic():
            record(UNLOCK_FAILED, by=request.acting.actor, outcome=Outcome.FAILED)
        return _page(request, form, suite, status=422)
    # The open vault and its entry stand or fall together.
    with transaction.atomic():
        cookie = sessions.begin(request.user.pk, request.session.row_id, request.opened_identity)
        record(UNLOCKED, by=request.acting.actor)
    request.vault_cookie = cookie
    reauthenticate_by_password(request)
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


def _to_lock_page(suite: str) -> HttpResponse:
    return redirect(f"{reverse('accounts:lock')}?{urlencode({'suite': suite})}")


def _page(request: HttpRequest, form: ReauthenticateForm, suite: str, status: int = 200) -> HttpResponse:
    return render(request, "accounts/lock.html", {"form": form, "suite": suite, "is_lock_page": True}, status=status)


def _safe(path: str) -> str:
    """A path of this house that a GET may open, else the first page."""
    if not url_has_allowed_host_and_scheme(path, None) or not path.startswith("/"):
        return "/"
    try:
        match = resolve(path.split("?")[0])
    except Resolver404:
        return "/"
    return "/" if match.view_name in {"accounts:lock", "accounts:unlock", "account_logout"} else path
