"""Slots: how a passphrase or a passkey opens a person's root.

No password hash exists anywhere; the slot is the only verifier.
"""

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
from cellule.vault.sealing import CannotOpen, VaultError, length_prefixed, unwrap, wrap
from cellule.vault.words import normalised

# One run takes 64 MiB: more at once than cores would only slow all of them and fill the memory.
_argon2 = threading.BoundedSemaphore(2)
# What the PRF extension gives for one input (WebAuthn Level 3, 10.1.4).
PRF_BYTES = 32


class NoOtherSlot(VaultError):
    """A passkey may be lost any day: it opens a vault only beside a passphrase that opens it too."""


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
    identity = _opened(slot, stretched)
    if is_behind(slot):
        if _is_cheap(slot):
            stretched = _made_dear(slot, passphrase)
        _renew(slot, identity, stretched)
    return identity


def is_behind(slot: Slot) -> bool:
    """Whether a slot is weaker than those made today, or under an older pepper; it moves at the next unlock."""
    return _is_cheap(slot) or slot.pepper_number != secrets_file.read().pepper_number


def _is_cheap(slot: Slot) -> bool:
    """Of a passphrase: what a passkey gives is as long as a key, and not stretched."""
    cost = settings.SLOT_COST
    return slot.kind == Slot.Kind.PASSPHRASE and any(getattr(slot, name) < cost[name] for name in cost)


def _made_dear(slot: Slot, passphrase: str) -> bytes:
    """Give a slot today's cost and another salt; gives the passphrase stretched by them."""
    for name, value in settings.SLOT_COST.items():
        setattr(slot, name, max(value, getattr(slot, name)))
    slot.salt = secrets.token_bytes(16)
    return _stretch(passphrase, bytes(slot.salt), slot.memory, slot.passes, slot.lanes)


def _renew(slot: Slot, identity: Identity, given: bytes) -> None:
    """Wrap an opened root anew, in one statement; somebody who changes the passphrase meanwhile has the last word."""
    opened = bytes(slot.wrap)
    slot.pepper_number = secrets_file.read().pepper_number
    slot.wrap = wrap(_slot_key(given, slot), 0, identity.root, _binding(slot))
    changed = ("salt", "memory", "passes", "lanes", "pepper_number", "wrap")
    Slot.objects.filter(pk=slot.pk, wrap=opened).update(**{name: getattr(slot, name) for name in changed})


def change_passphrase(holder: uuid.UUID, identity: Identity, passphrase: str) -> None:
    """Wrap the same root under another passphrase (inside the caller's transaction)."""
    Slot.objects.filter(holder=holder, kind=Slot.Kind.PASSPHRASE).delete()
    _make(holder, identity, passphrase).save()


# --- Passkeys --------------------------------------------------------------------------------------


def prf_input() -> bytes:
    """What every passkey of this house is asked about: fixed, so that one touch needs no name first; not secret."""
    return secrets_file.server_key("passkey salt")


def add_passkey(holder: uuid.UUID, identity: Identity, value: bytes) -> uuid.UUID:
    """Let a passkey's PRF value open the same root; gives the slot's id (inside the caller's transaction).

    Raises NoOtherSlot, ValueError for a value of another length.
    """
    if len(value) != PRF_BYTES:
        raise ValueError("a PRF value has 32 bytes")
    passphrase = Slot.objects.select_for_update(of=("self",)).filter(holder=holder, kind=Slot.Kind.PASSPHRASE)
    if passphrase.first() is None:
        raise NoOtherSlot
    slot = _blank(holder, identity, Slot.Kind.PASSKEY, {"memory": 0, "passes": 0, "lanes": 0})
    slot.wrap = wrap(_slot_key(value, slot), 0, identity.root, _binding(slot))
    slot.save(force_insert=True)
    return slot.pk


def open_root_by_passkey(holder: uuid.UUID, slot_id: uuid.UUID, value: bytes) -> Identity:
    """Open a person's root by what their passkey gave. Raises CannotOpen."""
    slot = Slot.objects.filter(pk=slot_id, holder=holder, kind=Slot.Kind.PASSKEY).first()
    if slot is None or len(value) != PRF_BYTES:
        raise CannotOpen
    identity = _opened(slot, value)
    if is_behind(slot):
        _renew(slot, identity, value)
    return identity


def remove_passkey(holder: uuid.UUID, slot_id: uuid.UUID) -> None:
    """Delete a passkey's slot; never the passphrase's."""
    Slot.objects.filter(pk=slot_id, holder=holder, kind=Slot.Kind.PASSKEY).delete()


# --- Making and opening ----------------------------------------------------------------------------


def _make(holder: uuid.UUID, identity: Identity, passphrase: str) -> Slot:
    slot = _blank(holder, identity, Slot.Kind.PASSPHRASE, settings.SLOT_COST)
    stretched = _stretch(passphrase, bytes(slot.salt), slot.memory, slot.passes, slot.lanes)
    slot.wrap = wrap(_slot_key(stretched, slot), 0, identity.root, _binding(slot))
    return slot


def _blank(holder: uuid.UUID, identity: Identity, kind: Slot.Kind, cost: dict[str, int]) -> Slot:
    return Slot(
        holder=holder,
        kind=kind,
        fingerprint=identity.public.fingerprint,
        salt=secrets.token_bytes(16),
        memory=cost["memory"],
        passes=cost["passes"],
        lanes=cost["lanes"],
        pepper_number=secrets_file.read().pepper_number,
    )


def _opened(slot: Slot, given: bytes) -> Identity:
    identity = Identity(unwrap(_slot_key(given, slot), bytes(slot.wrap), _binding(slot)))
    # A slot planted with another root opens nothing that a roster knows.
    if identity.public.fingerprint != slot.fingerprint:
        raise CannotOpen
    return identity


def _stretch(passphrase: str, salt: bytes, memory: int, passes: int, lanes: int) -> bytes:
    """Argon2id (RFC 9106); `memory` in KiB."""
    with _argon2:
        kdf = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory)
        return kdf.derive(normalised(passphrase).encode())


def _slot_key(given: bytes, slot: Slot) -> AESGCM:
    """The key of a slot; `given`: the stretched passphrase, or a passkey's PRF value."""
    pepper = secrets_file.read().peppers.get(slot.pepper_number)
    if pepper is None:
        raise CannotOpen
    seen = hashlib.sha256(given + slot.holder.bytes + slot.id.bytes).digest()
    peppered = hmac.digest(pepper, seen, "sha256")
    return AESGCM(HKDF(hashes.SHA256(), 32, None, b"cellule/1/slot").derive(given + peppered))


def _binding(slot: Slot) -> bytes:
    return length_prefixed(b"slot", slot.kind.encode(), slot.holder.bytes, slot.id.bytes, bytes(slot.salt))
