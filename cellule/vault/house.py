"""The house root that counts: the pinned one, and how far those before it still do (old signs new).

A turn leaves a statement that both roots have signed. The older root counts for what it signed until then and for
nothing later: whoever finds its sheets cannot sign a roster any more.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import orjson

from cellule.vault import secrets_file
from cellule.vault.identities import HOUSE, Identity, PublicIdentity
from cellule.vault.models import HolderKeys, HouseTurn
from cellule.vault.sealing import VaultError

_LABEL = b"cellule/1/house\x00"

# The newest roster of each group at a turn: number and hash.
Heads = dict[uuid.UUID, tuple[int, str]]


class HouseRefused(VaultError):
    """The pinned house root does not follow from the one it says it follows."""


@dataclass(frozen=True)
class Forebear:
    """An older house root: its fingerprint, and the last roster of each group that it may have signed."""

    fingerprint: str
    heads: Heads


def pinned() -> str:
    """The fingerprint of the house root that counts ("" before the house is sealed).

    A ceremony announces its root in the file, then commits it, then pins it: what was committed counts at once.
    """
    house = secrets_file.read()
    if house.next_pin and HouseTurn.objects.filter(pk=house.next_pin, before=house.pin).exists():
        return house.next_pin
    return house.pin


def finish_pin() -> bool:
    """Bring the pin to where a ceremony that was broken off has left the database; gives whether there was need."""
    announced = secrets_file.read().next_pin
    if not announced:
        return False
    if pinned() == announced:
        secrets_file.take_next_pin()
    else:
        secrets_file.announce_pin("")
    return True


def turn_statement(before: Identity, made: Identity, heads: Heads) -> HouseTurn:
    """Make the row in which one house root hands over to the next (not saved)."""
    body = orjson.dumps(
        {
            "v": 1,
            "before": before.fingerprint,
            "made": made.fingerprint,
            "heads": {str(group): [number, hashed] for group, (number, hashed) in heads.items()},
        },
        option=orjson.OPT_SORT_KEYS,
    )
    return HouseTurn(
        made=made.fingerprint,
        before=before.fingerprint,
        body=body,
        signed_before=before.sign(_LABEL + body),
        signed_made=made.sign(_LABEL + body),
    )


@lru_cache(maxsize=8)
def forebears(pin: str) -> tuple[Forebear, ...]:
    """The house roots before the pinned one, newest first. Raises HouseRefused for a statement that does not hold."""
    line: list[Forebear] = []
    made = pin
    while (row := HouseTurn.objects.filter(pk=made).first()) is not None:
        line.append(_read(row))
        made = row.before
        if made in {pin, *(each.fingerprint for each in line[:-1])}:
            raise HouseRefused
    return tuple(line)


def signs(signers: Collection[tuple[uuid.UUID, str]], pin: str, group: uuid.UUID, number: int) -> bool:
    """Whether the house has signed this roster: the pinned root, or an older one while it still was the house's."""
    if not pin:
        return False
    if (HOUSE, pin) in signers:
        return True
    if all(holder != HOUSE for holder, _ in signers):
        return False
    return any(
        (HOUSE, each.fingerprint) in signers and group in each.heads and number <= each.heads[group][0]
        for each in forebears(pin)
    )


def why_not(pin: str, group: uuid.UUID, number: int, hashed: str) -> str:
    """Why a roster cannot stand under the pinned root, whoever signed it; empty when nothing speaks against it."""
    try:
        heads = [each.heads[group] for each in forebears(pin) if group in each.heads]
    except HouseRefused:
        return "a house root that does not follow from the one before"
    if any(number == place and hashed != expected for place, expected in heads):
        return "another roster than the one that stood here when the house root was turned"
    return ""


def _read(row: HouseTurn) -> Forebear:
    keys = {found.pk: found for found in HolderKeys.objects.filter(pk__in=[row.before, row.made], holder=HOUSE)}
    body = bytes(row.body)
    for fingerprint, signature in ((row.before, row.signed_before), (row.made, row.signed_made)):
        public = PublicIdentity.decode(bytes(keys[fingerprint].public)) if fingerprint in keys else None
        # The row's name proves nothing: the keys must hash to it.
        if public is None or public.fingerprint != fingerprint or not public.verifies(bytes(signature), _LABEL + body):
            raise HouseRefused
    stored = orjson.loads(body)
    if (stored["v"], stored["before"], stored["made"]) != (1, row.before, row.made):
        raise HouseRefused
    heads = {uuid.UUID(group): (number, hashed) for group, (number, hashed) in stored["heads"].items()}
    return Forebear(row.before, heads)
