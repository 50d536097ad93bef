"""Invitations and enrolment: a one-time link, a passphrase shown and typed back, and only then keys (flow 2)."""

import base64
import hmac
import json
import os
import time
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.log.actor import Actor
from audit.log.record import record
from cellule.accounts.acting import Acting, actor_of, agency_of
from cellule.accounts.actions import INVITATION_WITHDRAWN, INVITED, KEYS_LOST
from cellule.accounts.models import Invitation, SignInSession, User
from cellule.jobs.ledger import enqueue
from cellule.vault import removal, secrets_file, sessions, slots, words
from cellule.vault.actions import ENROLLED, PASSPHRASE_CHANGED
from cellule.vault.identities import Identity
from cellule.vault.models import HolderKeys

_TOKEN_SECONDS = 30 * 60


class TokenRefused(Exception):
    """The page was open too long, or the token is not ours."""


class WrongPassphrase(Exception):
    """What was typed back is not what was shown."""


# --- Invitations ----------------------------------------------------------------------------------


def invite(user: User, *, by: Actor, by_mail: bool) -> Invitation:
    """Make a one-time way in for an account; older ones end (inside the caller's transaction).

    An account that was closed opens again, and lets nobody in: the person has to be admitted like anybody else.
    """
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
    Invitation.objects.open().filter(user=user).update(withdrawn_at=timezone.now())
    invitation = Invitation.objects.create(user=user)
    record(INVITED, by=by, subject_type="accounts.user", reference=str(user.pk))
    if by_mail:
        enqueue("accounts.invitation_letter", invitation.pk, key=f"invitation {invitation.pk}", by=by.id)
    return invitation


def withdraw(invitation: Invitation, *, by: Acting) -> None:
    with transaction.atomic():
        Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=timezone.now())
        record(INVITATION_WITHDRAWN, by=by.actor, subject_type="accounts.user", reference=str(invitation.user_id))


def link_of(invitation: Invitation) -> str:
    """The full address of the way in; made from the server's secret, stored nowhere."""
    return settings.SITE_ADDRESS + reverse("accounts:enrol", args=[_code(invitation)])


def invitation_of(code: str) -> Invitation | None:
    """The open invitation that a code belongs to, None for anything else."""
    try:
        invitation_id = uuid.UUID(bytes=base64.urlsafe_b64decode(code + "==")[:16])
    except ValueError:
        return None
    invitation = (
        Invitation.objects.open().select_related("user__organisation").filter(pk=invitation_id, user__is_active=True)
    ).first()
    if invitation is None or not hmac.compare_digest(_code(invitation).encode(), code.encode()):
        return None
    return invitation


def _code(invitation: Invitation) -> str:
    mac = hmac.digest(secrets_file.server_key("invitations"), invitation.pk.bytes, "sha256")[:16]
    return base64.urlsafe_b64encode(invitation.pk.bytes + mac).decode().rstrip("=")


# --- Passphrases: shown once, typed back ------------------------------------------------------------


def shown_passphrase(about: uuid.UUID) -> tuple[str, str]:
    """Make a passphrase and the token that remembers it inside the page alone: at rest it is nowhere."""
    passphrase = words.new_passphrase()
    nonce = os.urandom(12)
    content = json.dumps({"passphrase": passphrase, "made": int(time.time())}).encode()
    return passphrase, base64.urlsafe_b64encode(nonce + _cipher().encrypt(nonce, content, about.bytes)).decode()


def passphrase_of(token: str, about: uuid.UUID) -> str:
    """The passphrase inside a token. Raises TokenRefused."""
    try:
        raw = base64.urlsafe_b64decode(token)
        content = json.loads(_cipher().decrypt(raw[:12], raw[12:], about.bytes))
    except (ValueError, InvalidTag):
        raise TokenRefused from None
    if time.time() - content["made"] > _TOKEN_SECONDS:
        raise TokenRefused
    return content["passphrase"]


def _cipher() -> AESGCM:
    return AESGCM(secrets_file.server_key("shown passphrases"))


def has_keys(user: User) -> bool:
    """Whether a person has made keys before: enrolling anew then ends them, and what they alone opened."""
    return HolderKeys.objects.filter(holder=user.pk).exists()


def enrol(invitation: Invitation, shown: str, typed: str) -> Identity:
    """Make the person's keys after the passphrase was typed back; older keys open nothing from then on.

    Raises WrongPassphrase, Invitation.DoesNotExist.
    """
    if not words.same_words(typed, shown):
        raise WrongPassphrase
    with transaction.atomic():
        # Two tabs at once: the second finds the invitation used.
        invitation = Invitation.objects.open().select_for_update(of=("self",)).get(pk=invitation.pk)
        user = invitation.user
        # Somebody who has lost their passphrase is out before they are let in again: by hand, never by itself.
        is_anew = has_keys(user)
        if is_anew:
            removal.lose_keys(user.pk, organisation=agency_of(user))
            SignInSession.objects.filter(user=user).delete()
        identity = slots.enrol(user.pk, shown)
        user.renew_mark()
        user.save(update_fields=["password"])
        invitation.used_at = timezone.now()
        invitation.save(update_fields=["used_at"])
        actor = actor_of(user, uuid.uuid4(), uuid.uuid4())
        if is_anew:
            record(KEYS_LOST, by=actor, subject_type="accounts.user", reference=str(user.pk))
        record(ENROLLED, by=actor, subject_type="accounts.user", reference=str(user.pk))
    return identity


def change_passphrase(by: Acting, shown: str, typed: str) -> None:
    """Wrap the same root under the new passphrase; every other session of the person ends. Raises WrongPassphrase."""
    if not words.same_words(typed, shown):
        raise WrongPassphrase
    with transaction.atomic():
        slots.change_passphrase(by.user.pk, by.vault.identity, shown)
        by.user.renew_mark()
        by.user.save(update_fields=["password"])
        sessions.end_all(by.user.pk)
        record(PASSPHRASE_CHANGED, by=by.actor, subject_type="accounts.user", reference=str(by.user.pk))
