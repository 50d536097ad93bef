"""Keep what reached a locked session: sealed to its author's public key, offered after the unlock."""

import secrets
import uuid
from collections.abc import Collection

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from cellule.vault.identities import PublicIdentity
from cellule.vault.membership import enrolled_public
from cellule.vault.models import HolderKeys, OwnerKey, ParkedText
from cellule.vault.models.owner import Compartment
from cellule.vault.rosters import verified_all
from cellule.vault.sealing import (
    CannotOpen,
    VaultError,
    length_prefixed,
    open_record,
    seal_record,
    unwrap_from,
    wrap_to,
)
from cellule.vault.unlocked import Unlocked


def park(
    holder: uuid.UUID, path: str, fields: list[tuple[str, str]], *, without_roster: bool = False
) -> ParkedText | None:
    """Seal a form's fields to their author; None when no verified roster knows the author's keys.

    `without_roster`: for people who belong to no key group (the administrator), whose forms hold no content; the
    keys they enrolled with will do.
    """
    public = enrolled_public(holder) if without_roster else _verified_public(holder)
    if public is None:
        return None
    key = secrets.token_bytes(32)
    with transaction.atomic():
        parked = ParkedText(holder=holder, path=path[:200])
        parked.sealed = seal_record(AESGCM(key), 1, _binding(parked), orjson.dumps(fields))
        parked.save(force_insert=True)
        OwnerKey.objects.create(
            owner=parked.pk,
            compartment=Compartment.DRAFT,
            version=1,
            holder=holder,
            epoch=0,
            wrap=wrap_to(public.box_key, 0, key, _binding(parked)),
        )
    return parked


def parked_for(holder: uuid.UUID) -> list[ParkedText]:
    return list(ParkedText.objects.filter(holder=holder).order_by("kept_on", "pk"))


def reopen(unlocked: Unlocked, parked: ParkedText) -> list[tuple[str, str]]:
    """Give the kept fields back to their author. Raises CannotOpen."""
    row = OwnerKey.objects.filter(owner=parked.pk, holder=unlocked.user).first()
    if row is None or parked.holder != unlocked.user:
        raise CannotOpen
    key = unwrap_from(unlocked.identity.box_key, bytes(row.wrap), _binding(parked))
    content = open_record(AESGCM(key), _binding(parked), bytes(parked.sealed))
    return [(name, value) for name, value in orjson.loads(content)]


def discard(holder: uuid.UUID, parked: uuid.UUID) -> None:
    """Forget a kept text for good: its key first."""
    with transaction.atomic():
        if ParkedText.objects.filter(pk=parked, holder=holder).exists():
            OwnerKey.objects.filter(owner=parked).delete()
            ParkedText.objects.filter(pk=parked).delete()


def discard_about(reference: str, *, besides: Collection[uuid.UUID]) -> int:
    """Forget for good what others than these people have kept of pages about one record; gives how many texts.

    `reference`: as addresses hold it (`7QK2-M9XD`).
    """
    kept = ParkedText.objects.filter(path__icontains=reference) | ParkedText.objects.filter(
        path__icontains=reference.replace("-", "")
    )
    with transaction.atomic():
        found = list(kept.exclude(holder__in=besides).values_list("pk", flat=True))
        OwnerKey.objects.filter(owner__in=found).delete()
        return ParkedText.objects.filter(pk__in=found).delete()[0]


def _verified_public(holder: uuid.UUID) -> PublicIdentity | None:
    """The person's public keys, only if a verified roster names their fingerprint."""
    try:
        fingerprints = {m.fingerprint for roster in verified_all(holder).values() if (m := roster.member(holder))}
    except VaultError:
        return None
    for keys in HolderKeys.objects.filter(holder=holder, fingerprint__in=fingerprints):
        public = PublicIdentity.decode(bytes(keys.public))
        if public.fingerprint in fingerprints:
            return public
    return None


def _binding(parked: ParkedText) -> bytes:
    return length_prefixed(b"parked", parked.holder.bytes, parked.pk.bytes, parked.path.encode())
