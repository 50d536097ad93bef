"""Unlocked sessions: the root under a key that needs the browser's cookie and this boot's secret.

A row alone, a cookie alone, or both after a restart open nothing.
"""

import base64
import secrets
import uuid
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cellule.vault import boot
from cellule.vault.identities import Identity
from cellule.vault.models import VaultSession
from cellule.vault.sealing import VaultError, length_prefixed, unwrap, wrap

# Writing the time of the last request at every request would cost more than it tells.
_TOUCH_AFTER = timedelta(seconds=15)
# Kept and bound together: a root (32 bytes), and the fingerprint of the keys that follow from it.
_ROOT = 32


def begin(holder: uuid.UUID, sign_in: str, identity: Identity, *, pending: bool = False) -> str:
    """Keep an opened root for a sign-in session; gives the cookie's value. Older copies of the session go."""
    now = timezone.now()
    VaultSession.objects.filter(sign_in=sign_in).delete()
    row = VaultSession(
        holder=holder,
        sign_in=sign_in,
        boot=boot.BOOT,
        pending=pending,
        seen_at=now,
        ends_at=now + timedelta(seconds=settings.VAULT_SESSION_SECONDS),
    )
    secret = secrets.token_bytes(32)
    kept = identity.root + bytes.fromhex(identity.fingerprint)
    row.wrap = wrap(_key(secret), 0, kept, _binding(row))
    row.save(force_insert=True)
    return base64.urlsafe_b64encode(row.pk.bytes + secret).decode().rstrip("=")


def resume(
    cookie: str,
    holder: uuid.UUID | None,
    sign_in: str | None,
    *,
    pending: bool = False,
    known: VaultSession | None = None,
) -> Identity | None:
    """Open the root for this request, None when the session is locked, idle too long, or not this person's.

    A pending copy (between passphrase and second factor) is found by the cookie alone and given once. `known`: the
    row, where it was read already together with the sign-in session.
    """
    try:
        raw = base64.urlsafe_b64decode(cookie + "==")
        row_id, secret = uuid.UUID(bytes=raw[:16]), raw[16:]
    except (ValueError, TypeError):
        return None
    row = known or VaultSession.objects.filter(pk=row_id, pending=pending).first()
    if row is None or row.pk != row_id or bytes(row.boot) != boot.BOOT or row.holder != holder:
        return None
    if not pending and row.sign_in != sign_in:
        return None
    now = timezone.now()
    if now >= row.ends_at or now - row.seen_at >= timedelta(seconds=settings.IDLE_LOCK_SECONDS):
        row.delete()
        return None
    try:
        kept = unwrap(_key(secret), bytes(row.wrap), _binding(row))
    except VaultError:
        return None
    if pending:
        row.delete()
    elif now - row.seen_at >= _TOUCH_AFTER:
        VaultSession.objects.filter(pk=row.pk).update(seen_at=now)
    return Identity(kept[:_ROOT], kept[_ROOT:].hex())


def end(sign_in: str) -> None:
    """Lock: the session's copy of the root is gone."""
    VaultSession.objects.filter(sign_in=sign_in).delete()


def end_all(holder: uuid.UUID) -> None:
    VaultSession.objects.filter(holder=holder).delete()


def forget_stale(now: datetime) -> int:
    """Delete copies that can no longer open: ended, idle, or of another boot long gone. Gives how many."""
    idle = now - timedelta(seconds=settings.IDLE_LOCK_SECONDS)
    return VaultSession.objects.filter(seen_at__lt=idle).delete()[0]


def set_cookie(response: HttpResponse, value: str) -> None:
    response.set_cookie(
        settings.VAULT_COOKIE_NAME, value, path="/", httponly=True, samesite="Lax", secure=settings.SECURE_SITE
    )


def cookie_of(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.VAULT_COOKIE_NAME, "")


def clear_cookie(response: HttpResponse) -> None:
    response.delete_cookie(settings.VAULT_COOKIE_NAME, path="/", samesite="Lax")


def _key(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, None, b"cellule/1/session").derive(secret + boot.SECRET))


def _binding(row: VaultSession) -> bytes:
    return length_prefixed(
        b"session", row.holder.bytes, row.pk.bytes, row.sign_in.encode(), b"pending" if row.pending else b"open"
    )
