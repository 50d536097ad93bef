"""allauth's hooks: the passphrase opens the vault's slot, and nothing else says who somebody is.

Flow in `ground.md` f): `authenticate` has request, passphrase and person at once; between passphrase and second
factor the opened root waits in a pending session row; `post_login` seals it under a new cookie.
"""

import base64
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.log.actions import Outcome
from audit.log.actor import Actor
from audit.log.record import record
from cellule.accounts import delays, keeping
from cellule.accounts.acting import actor_of
from cellule.accounts.actions import SIGN_IN_FAILED, SIGNED_IN
from cellule.accounts.line import LINE, Crowded
from cellule.accounts.models import User
from cellule.vault import parking, secrets_file, sessions, slots
from cellule.vault.identities import Identity
from cellule.vault.sealing import VaultError


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by e-mail and passphrase; no sign-up, no reset, no mail of allauth's own."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "This e-mail and passphrase do not go together. Check both and try again; accents and capitals do not"
            " matter in the passphrase."
        ),
        "incorrect_password": _("This is not your passphrase. Try again; accents and capitals do not matter."),
    }

    def authenticate(self, request: HttpRequest, **credentials: str) -> User | None:
        email, passphrase = credentials.get("email", ""), credentials.get("password", "")
        if seconds := delays.seconds_to_wait(email, request):
            raise ValidationError(
                ngettext(
                    "Too many tries. Wait %(seconds)d second, then try again.",
                    "Too many tries. Wait %(seconds)d seconds, then try again.",
                    seconds,
                )
                % {"seconds": seconds}
            )
        with _in_line(request), _answer_at_a_fixed_time():
            user = User.objects.select_related("organisation").filter(email=email.strip().lower()).first()
            identity = _open(user, passphrase)
            if identity is None:
                self._count_failure(request, email, user)
                return None
            delays.forget_failures(email, request)
            request.opened_identity = identity
            user.backend = "cellule.accounts.backends.Roles"
            return user

    def reauthenticate(self, user: User, password: str) -> bool:
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def get_reauthentication_methods(self, user: User) -> list[dict]:
        """The passphrase alone: it is what opens the vault, and no other address of allauth's exists for this."""
        methods = [{"id": "reauthenticate", "description": _("Passphrase"), "url": reverse("account_reauthenticate")}]
        return methods if user.is_authenticated else []

    def pre_login(self, request: HttpRequest, user: User, **kwargs) -> HttpResponse | None:
        # The second factor comes in another request: until then the opened root waits, and opens nothing.
        if is_mfa_enabled(user):
            request.vault_cookie = sessions.begin(
                user.pk, f"pending {os.urandom(8).hex()}", request.opened_identity, pending=True
            )
        return super().pre_login(request, user, **kwargs)

    def post_login(self, request: HttpRequest, user: User, **kwargs) -> HttpResponse:
        # The open vault and its entry stand or fall together.
        with transaction.atomic():
            identity = getattr(request, "opened_identity", None) or sessions.resume(
                sessions.cookie_of(request), user.pk, None, pending=True
            )
            cookie = sessions.begin(user.pk, request.session.row_id, identity) if identity else ""
            record(
                SIGNED_IN,
                by=actor_of(user, request.session.log_session, request.acting.actor.request),
                subject_type="accounts.user",
                reference=str(user.pk),
            )
        request.vault_cookie = cookie
        request.sign_in_mark = keeping.sign_in_mark(request, user)
        response = super().post_login(request, user, **kwargs)
        return redirect("accounts:kept") if parking.parked_for(user.pk) else response

    def add_message(self, *args, **kwargs) -> None:
        """Say nothing of its own: the page after signing in speaks for itself."""

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        raise NotImplementedError("mail leaves through notices only")

    def send_notification_mail(self, *args, **kwargs) -> None:
        """Changes of factors are entries in the log; allauth's own mail would carry content."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return settings.LOGIN_REDIRECT_URL

    def _count_failure(self, request: HttpRequest, email: str, user: User | None) -> None:
        delays.count_failure(email, request)
        with transaction.atomic():
            record(
                SIGN_IN_FAILED,
                by=Actor.anonymous(request=request.acting.actor.request),
                subject_type="accounts.user",
                reference=str(user.pk) if user else "",
                outcome=Outcome.FAILED,
            )


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seeds of the second factor lie sealed with the server's secret."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This code is not the one shown now. Wait for the next one in your application and type it."
        ),
    }

    def encrypt(self, text: str) -> str:
        nonce = os.urandom(12)
        return base64.b64encode(nonce + _seed_cipher().encrypt(nonce, text.encode(), b"totp")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        sealed = base64.b64decode(encrypted_text)
        return _seed_cipher().decrypt(sealed[:12], sealed[12:], b"totp").decode()

    def send_notification_mail(self, *args, **kwargs) -> None:
        """Changes of factors are entries in the log; allauth's own mail would carry content."""


def _open(user: User | None, passphrase: str) -> Identity | None:
    """One Argon2 run in every case: unknown, inactive, without a slot, wrong, right."""
    try:
        return slots.open_root(user.pk if user and user.is_active else None, passphrase)
    except VaultError:
        return None


@contextmanager
def _in_line(request: HttpRequest) -> Iterator[None]:
    """A place for this try; nothing is counted against who finds none, and nothing tells whether the account exists."""
    try:
        with LINE.place(is_known=request.user.is_authenticated):
            yield
    except Crowded:
        sentence = _("Many people are signing in at this moment. Wait a few seconds, then try again.")
        raise ValidationError(sentence) from None


@contextmanager
def _answer_at_a_fixed_time():
    end = time.monotonic() + settings.SIGN_IN_ANSWER_SECONDS
    try:
        yield
    finally:
        time.sleep(max(0.0, end - time.monotonic()))


def _seed_cipher() -> AESGCM:
    return AESGCM(secrets_file.server_key("second factor"))
