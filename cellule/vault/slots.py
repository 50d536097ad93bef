"""Slots: how a passphrase opens a person's root. No password hash exists anywhere; the slot is the only verifier."""

import hashlib
import hmac
import secrets
import threading
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from cellule.vault import secrets_file
from cellule.vault.identities import Identity
from cellule.vault.models import HolderKeys, Slot
from cellule.vault.sealing import CannotOpen, length_prefixed, unwrap, wrap
from cellule.vault.words import normalised

# One run takes 64 MiB: more at once than cores would only slow all of them and fill the memory.
_argon2 = threading.BoundedSemaphore(2)


def enrol(holder: uuid.UUID, passphrase: str) -> Identity:
    """Make a person's root, public keys and passphrase slot (inside the caller's transaction)."""
    identity = Identity(secrets.token_bytes(32))
    public = identity.public
    HolderKeys.objects.create(fingerprint=public.fingerprint, holder=holder, public=public.encode())
    Slot.objects.filter(holder=holder).delete()
    _make(holder, identity, passphrase).save()
    return identity


def open_root(holder: uuid.UUID | None, passphrase: str) -> Identity:
    """Open a person's root by passphrase. One query and one Argon2 run in every case, also for nobody (CannotOpen)."""
    slot = Slot.objects.filter(holder=holder or uuid.uuid4(), kind=Slot.Kind.PASSPHRASE).first()
    if slot is None:
        cost = settings.SLOT_COST
        _stretch(passphrase, b"\x00" * 16, cost["memory"], cost["passes"], cost["lanes"])
        raise CannotOpen
    stretched = _stretch(passphrase, bytes(slot.salt), slot.memory, slot.passes, slot.lanes)
    key = _slot_key(stretched, slot)
    identity = Identity(unwrap(key, bytes(slot.wrap), _binding(slot)))
    # A slot planted with another root opens nothing that a roster knows.
    if identity.public.fingerprint != slot.fingerprint:
        raise CannotOpen
    if is_behind(slot):
        _renew(slot, identity, passphrase, stretched)
    return identity


def is_behind(slot: Slot) -> bool:
    """Whether a slot is weaker than those made today, or under an older pepper; it moves at the next unlock."""
    return _is_cheap(slot) or slot.pepper_number != secrets_file.read().pepper_number


def _is_cheap(slot: Slot) -> bool:
    cost = settings.SLOT_COST
    return slot.memory < cost["memory"] or slot.passes < cost["passes"] or slot.lanes < cost["lanes"]


def _renew(slot: Slot, identity: Identity, passphrase: str, stretched: bytes) -> None:
    """Wrap an opened root anew, in one statement; somebody who changes the passphrase meanwhile has the last word."""
    opened = bytes(slot.wrap)
    if _is_cheap(slot):
        for name, value in settings.SLOT_COST.items():
            setattr(slot, name, max(value, getattr(slot, name)))
        slot.salt = secrets.token_bytes(16)
        stretched = _stretch(passphrase, bytes(slot.salt), slot.memory, slot.passes, slot.lanes)
    slot.pepper_number = secrets_file.read().pepper_number
    slot.wrap = wrap(_slot_key(stretched, slot), 0, identity.root, _binding(slot))
    changed = ("salt", "memory", "passes", "lanes", "pepper_number", "wrap")
    Slot.objects.filter(pk=slot.pk, wrap=opened).update(**{name: getattr(slot, name) for name in changed})


def change_passphrase(holder: uuid.UUID, identity: Identity, passphrase: str) -> None:
    """Wrap the same root under another passphrase (inside the caller's transaction)."""
    Slot.objects.filter(holder=holder, kind=Slot.Kind.PASSPHRASE).delete()
    _make(holder, identity, passphrase).save()


def _make(holder: uuid.UUID, identity: Identity, passphrase: str) -> Slot:
    cost = settings.SLOT_COST
    slot = Slot(
        holder=holder,
        fingerprint=identity.public.fingerprint,
        salt=secrets.token_bytes(16),
        memory=cost["memory"],
        passes=cost["passes"],
        lanes=cost["lanes"],
        pepper_number=secrets_file.read().pepper_number,
    )
    stretched = _stretch(passphrase, bytes(slot.salt), slot.memory, slot.passes, slot.lanes)
    slot.wrap = wrap(_slot_key(stretched, slot), 0, identity.root, _binding(slot))
    return slot


def _stretch(passphrase: str, salt: bytes, memory: int, passes: int, lanes: int) -> bytes:
    """Argon2id (RFC 9106); `memory` in KiB."""
    with _argon2:
        kdf = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory)
        return kdf.derive(normalised(passphrase).encode())


def _slot_key(stretched: bytes, slot: Slot) -> AESGCM:
    pepper = secrets_file.read().peppers.get(slot.pepper_number)
    if pepper is None:
        raise CannotOpen
    seen = hashlib.sha256(stretched + slot.holder.bytes + slot.id.bytes).digest()
    peppered = hmac.digest(pepper, seen, "sha256")
    return AESGCM(HKDF(hashes.SHA256(), 32, None, b"cellule/1/slot").derive(stretched + peppered))


def _binding(slot: Slot) -> bytes:
    return length_prefixed(b"slot", slot.kind.encode(), slot.holder.bytes, slot.id.bytes, bytes(slot.salt))
