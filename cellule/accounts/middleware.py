"""Between the door and the views: is the house founded, who acts, is their vault open, what was refused."""

import uuid

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from audit.log.actions import Outcome
from audit.log.actor import Actor
from audit.log.record import record
from cellule.accounts import keeping
from cellule.accounts.acting import Acting as Person
from cellule.accounts.acting import actor_of, vault_of
from cellule.accounts.actions import REFUSED
from cellule.accounts.alterations import ALTERED, tell
from cellule.accounts.models import User
from cellule.references import named_in
from cellule.vault import membership, parking, secrets_file, sessions
from cellule.vault.sealing import VaultError

_REFUSALS = {
    403: Outcome.REFUSED_FORBIDDEN,
    404: Outcome.REFUSED_UNKNOWN,
    409: Outcome.REFUSED_CONFLICT,
}
# A form that was taken: it led on, or answered with what was asked for; one that was not says 422 or 409.
_TAKEN = {200, 302}


class Founded:
    """Before `manage.py found` there is nothing to sign in to: one page says so."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if secrets_file.is_founded() or getattr(view, "open_before_founding", False):
            return None
        return render(request, "accounts/not_founded.html")


class SignedIn(AuthenticationMiddleware):
    """Sets `request.user` as Django does, from the account that was read together with its session."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _person_of(request))


def _person_of(request: HttpRequest) -> User | AnonymousUser:
    session, person = request.session, request.session.person
    if person is None or not person.is_active or session.get(SESSION_KEY) != str(person.pk):
        return AnonymousUser()
    # A new passphrase changes the mark, and with it ends every session that is bound to the old one.
    if not constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()):
        session.flush()
        return AnonymousUser()
    return person


class SignInFirst(LoginRequiredMiddleware):
    """Asks who is there; what was sent after the session had ended is kept for its author, who is told so."""

    def handle_no_permission(self, request: HttpRequest, view_func) -> HttpResponse:
        address = resolve_url(self.get_login_url(view_func))
        if request.method == "POST" and keeping.keep_for_absent(request):
            address = f"{address}?garde=oui"
        return redirect_to_login(keeping.way_back(request), address, self.get_redirect_field_name(view_func))


class Acting:
    """Sets `request.acting`, and the cookie of a vault that was opened in this request."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.acting = self._acting(request)
        response = self.get_response(request)
        if cookie := getattr(request, "vault_cookie", None):
            sessions.set_cookie(response, cookie)
        elif cookie == "" or (
            sessions.cookie_of(request) and not request.user.is_authenticated and not _waits(request)
        ):
            sessions.clear_cookie(response)
        if mark := getattr(request, "sign_in_mark", None):
            keeping.set_cookie(response, mark)
        return response

    def _acting(self, request: HttpRequest) -> Person:
        request_id = uuid.uuid4()
        user = request.user
        if not user.is_authenticated:
            return Person(user, Actor.anonymous(request=request_id))
        session = request.session
        cookie = sessions.cookie_of(request)
        identity = (
            cookie and session.vault_row and sessions.resume(cookie, user.pk, session.row_id, known=session.vault_row)
        )
        unlocked = vault_of(user, identity) if identity else None
        return Person(user, actor_of(user, request.session.log_session, request_id), unlocked)


def _waits(request: HttpRequest) -> bool:
    """Whether a passphrase was given and the second factor is still to come."""
    return "account_login" in request.session


class Refusals:
    """Puts every refusal into the log, after whatever was begun was rolled back."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        outcome = _REFUSALS.get(response.status_code)
        if outcome and request.user.is_authenticated:
            match = request.resolver_match
            with transaction.atomic():
                record(
                    REFUSED,
                    by=request.acting.actor,
                    subject_type=match.view_name if match else "",
                    reference=named_in(match.kwargs if match else {}),
                    outcome=outcome,
                )
        return response


class Alterations:
    """Answers 409, and opens nothing, where a page meets something sealed that is not what it was."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _altered(request, exception) if isinstance(exception, ALTERED) else None


def _altered(request: HttpRequest, exception: VaultError) -> HttpResponse:
    """The one page for all of it, once the entry stands and the signal has left."""
    match = request.resolver_match
    with transaction.atomic():
        tell(
            exception,
            by=request.acting.actor,
            page=match.view_name if match else "",
            reference=named_in(match.kwargs if match else {}),
        )
    return render(request, "accounts/altered.html", status=409)


class SecondFactor:
    """Where the second factor is required, nothing else opens before it is set up."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated:
            return None
        if _opens_anyway(view, "open_without_second_factor") or is_mfa_enabled(request.user):
            return None
        return HttpResponseRedirect(reverse("mfa_activate_totp"))


class Lock:
    """A closed vault shows the lock page and nothing else; what was typed is kept for its author.

    Also the waiting room: who is in no roster yet sees their five words, and a member whose group has no root
    makes it here, at their first request.
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        resumed = request.GET.get("repris", "")
        if (
            request.method == "POST"
            and response.status_code in _TAKEN
            and _is_uuid(resumed)
            and request.acting.unlocked
        ):
            parking.discard(request.user.pk, uuid.UUID(resumed))
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if not request.user.is_authenticated or _opens_anyway(view, "open_while_locked"):
            return None
        acting = request.acting
        if acting.unlocked is None:
            if request.method == "POST":
                keeping.keep(request, request.user)
            after = keeping.way_back(request)
            return HttpResponseRedirect(f"{reverse('accounts:lock')}?{urlencode({'suite': after})}")
        try:
            membership.settle(acting.unlocked, acting.actor)
            is_admitted = acting.is_admitted
        except ALTERED as exception:
            # No middleware sees what is raised before a view.
            return _altered(request, exception)
        if not is_admitted and not _opens_anyway(view, "open_while_waiting"):
            return HttpResponseRedirect(reverse("accounts:waiting"))
        if request.method == "GET" and _is_uuid(request.GET.get("repris", "")):
            _resume(request)
        return None


def _opens_anyway(view, mark: str) -> bool:
    return getattr(view, mark, False) or not getattr(view, "login_required", True)


def _resume(request: HttpRequest) -> None:
    """Give a form the text that was kept over the lock."""
    for parked in parking.parked_for(request.user.pk):
        if str(parked.pk) == request.GET["repris"] and parked.path.partition("?")[0] == request.path:
            fields = QueryDict(mutable=True)
            for name, value in parking.reopen(request.acting.vault, parked):
                fields.appendlist(name, value)
            request.resumed = fields


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
