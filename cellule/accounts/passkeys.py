"""Passkeys: one touch says who somebody is and, with the PRF extension, opens their vault (flow 4).

The browser sends two things apart: the signed answer, of which only the public key is ever stored, and the PRF value,
which is used at once and stored nowhere. A passkey without PRF only says who; the passphrase unlocks.
"""

import hmac
import os
import struct
import time
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from fido2.cose import UnsupportedKey
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from audit.log.actions import Action
from audit.log.record import record
from cellule.accounts.acting import Acting
from cellule.accounts.actions import PASSKEY_ADDED, PASSKEY_REMOVED, PASSKEY_RENAMED
from cellule.accounts.models import Passkey, User
from cellule.jobs.ledger import enqueue
from cellule.vault import secrets_file, slots
from cellule.vault.identities import Identity
from cellule.vault.sealing import CannotOpen

# From the question to the touch.
_CHALLENGE_SECONDS = 15 * 60
_STAMP = struct.Struct(">16sQ")
_MAC_BYTES = 32
_ALWAYS = UserVerificationRequirement.REQUIRED
# What the library raises for answers that no authenticator gives.
_BROKEN = (
    ValueError,
    TypeError,
    AssertionError,
    NotImplementedError,
    LookupError,
    AttributeError,
    RecursionError,
    struct.error,
    InvalidSignature,
    UnsupportedAlgorithm,
)


class PasskeyRefused(Exception):
    """The answer is not one of this house's passkeys to this question; `passkey` is whose it claims to be, if known."""

    def __init__(self, passkey: Passkey | None = None) -> None:
        super().__init__()
        self.passkey = passkey


# --- Questions to the browser -----------------------------------------------------------------------


def creation_options(request: HttpRequest) -> dict:
    """What the browser needs to make a passkey of this person (PublicKeyCredentialCreationOptionsJSON)."""
    person: User = request.user  # type: ignore[assignment]
    options, _state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(id=person.pk.bytes, name=person.email, display_name=person.name),
        credentials=_descriptors(person),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=_ALWAYS,
        challenge=_challenge(_adding(request)),
    )
    return _with_prf(dict(options.public_key))


def request_options(request: HttpRequest) -> dict:
    """What the browser needs to ask for a passkey (PublicKeyCredentialRequestOptionsJSON).

    Signed out any passkey of this house will do, and none is named; signed in it is one that opens the person's vault.
    """
    person: User | None = request.user if request.user.is_authenticated else None
    options, _state = _server(request).authenticate_begin(
        credentials=_descriptors(person, slot__isnull=False) if person else None,
        user_verification=_ALWAYS,
        challenge=_challenge(_asking(request)),
    )
    return _with_prf(dict(options.public_key))


def _with_prf(options: dict) -> dict:
    return options | {"extensions": {"prf": {"eval": {"first": websafe_encode(slots.prf_input())}}}}


def _descriptors(person: User, **which: bool) -> list[PublicKeyCredentialDescriptor]:
    ids = Passkey.objects.filter(user=person, **which).values_list("credential_id", flat=True)
    return [PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=bytes(one)) for one in ids]


# --- Answers ----------------------------------------------------------------------------------------


def add(request: HttpRequest, name: str, answer: dict, value: bytes | None) -> Passkey:
    """Keep a passkey that was just made; `value` is what its PRF gave, if it has one. Raises PasskeyRefused.

    The slot, the entry and the letter to the person stand or fall together. No page can call the letter back: whoever
    adds a passkey at somebody's unlocked screen does not sign in elsewhere unnoticed.
    """
    by: Acting = request.acting  # type: ignore[attr-defined]
    try:
        given = RegistrationResponse.from_dict(answer)
        asked = _asked(given.response.client_data, _adding(request))
        credential = _server(request).register_complete(asked, given).credential_data
    except _BROKEN:
        raise PasskeyRefused from None
    # Without a signature that can be checked it would say nothing about anybody.
    if credential is None or isinstance(credential.public_key, UnsupportedKey):
        raise PasskeyRefused
    try:
        with transaction.atomic():
            slot = slots.add_passkey(by.user.pk, by.vault.identity, value) if value else None
            passkey = Passkey.objects.create(
                user=by.user, name=name, credential_id=credential.credential_id, credential=bytes(credential), slot=slot
            )
            _write(PASSKEY_ADDED, passkey, by)
            enqueue("accounts.passkey_letter", by.user.pk, by=by.actor)
    except IntegrityError:
        raise PasskeyRefused from None
    return passkey


def whose(request: HttpRequest, answer: dict) -> Passkey:
    """The passkey that gave this answer to this request's question, of somebody active. Raises PasskeyRefused."""
    passkey = None
    try:
        given = AuthenticationResponse.from_dict(answer)
        passkey = _known(given.raw_id)
        asked = _asked(given.response.client_data, _asking(request))
        if passkey is None or given.response.user_handle not in (None, passkey.user.pk.bytes):
            raise PasskeyRefused(passkey)
        public = AttestedCredentialData(bytes(passkey.credential))
        _server(request).authenticate_complete(asked, [public], given)
    except _BROKEN:
        raise PasskeyRefused(passkey) from None
    # Asked once, answered once: what was overheard is worth nothing.
    if not cache.add(f"passkey {given.response.client_data.challenge.hex()}", True, _CHALLENGE_SECONDS):
        raise PasskeyRefused(passkey)
    Passkey.objects.filter(pk=passkey.pk).exclude(used_on=timezone.localdate()).update(used_on=timezone.localdate())
    return passkey


def identity_of(passkey: Passkey, value: bytes | None) -> Identity | None:
    """What the touch opened: None where browser or key has no PRF, or the slot is another's."""
    if passkey.slot is None or value is None:
        return None
    try:
        return slots.open_root_by_passkey(passkey.user_id, passkey.slot, value)
    except CannotOpen:
        return None


def counted_as(answer: dict) -> str:
    """Under which name failures of an answer are counted: the passkey that it names, whether there is one or not."""
    return f"passkey {str(answer.get('rawId', ''))[:100]}"


def _known(credential_id: bytes) -> Passkey | None:
    passkeys = Passkey.objects.select_related("user__organisation")
    return passkeys.filter(credential_id=credential_id, user__is_active=True).first()


# --- Changes ----------------------------------------------------------------------------------------


def rename(passkey: Passkey, name: str, *, by: Acting) -> None:
    with transaction.atomic():
        passkey.name = name
        passkey.save(update_fields=["name"])
        _write(PASSKEY_RENAMED, passkey, by)


def remove(passkey: Passkey, *, by: Acting) -> None:
    """Delete a passkey and its slot: from now on it neither says who somebody is nor opens anything."""
    with transaction.atomic():
        if passkey.slot is not None:
            slots.remove_passkey(passkey.user_id, passkey.slot)
        _write(PASSKEY_REMOVED, passkey, by)
        passkey.delete()


def remove_all(user: User) -> None:
    """Forget the passkeys of somebody who leaves or enrols anew: their slots are gone (inside the transaction)."""
    Passkey.objects.filter(user=user).delete()


def _write(action: Action, passkey: Passkey, by: Acting) -> None:
    record(action, by=by.actor, subject_type="accounts.passkey", reference=str(passkey.pk))


# --- The house, as browsers know it -----------------------------------------------------------------


def _server(request: HttpRequest) -> Fido2Server:
    """Answers count only from the very address of this request; a passkey belongs to its name, without the port."""
    here = f"{request.scheme}://{request.get_host()}"
    party = PublicKeyCredentialRpEntity(id=urlsplit(here).hostname or "", name=str(settings.SITE_NAME))
    return Fido2Server(party, verify_origin=lambda origin: origin == here)


def _adding(request: HttpRequest) -> str:
    return f"add {request.session.row_id}"  # type: ignore[attr-defined]


def _asking(request: HttpRequest) -> str:
    """Signed out there is no session yet, and none is begun for a question alone."""
    return f"unlock {request.session.row_id}" if request.user.is_authenticated else "sign in"  # type: ignore[attr-defined]


def _challenge(purpose: str) -> bytes:
    """A question that nobody else can have asked; it remembers itself when and what for."""
    stamp = _STAMP.pack(os.urandom(16), int(time.time()))
    return stamp + _mac(stamp, purpose)


def _asked(answered: CollectedClientData, purpose: str) -> dict:
    """What the library compares an answer with. ValueError for a question that was not ours, or too long ago."""
    stamp, mac = answered.challenge[: _STAMP.size], answered.challenge[_STAMP.size :]
    _random, asked_at = _STAMP.unpack(stamp)
    if not hmac.compare_digest(mac, _mac(stamp, purpose)) or time.time() - asked_at > _CHALLENGE_SECONDS:
        raise ValueError("not our question")
    if answered.cross_origin:
        raise ValueError("asked inside another site's page")
    return {"challenge": websafe_encode(answered.challenge), "user_verification": _ALWAYS}


def _mac(stamp: bytes, purpose: str) -> bytes:
    key = secrets_file.server_key("passkey questions")
    return hmac.digest(key, stamp + purpose.encode(), "sha256")[:_MAC_BYTES]
