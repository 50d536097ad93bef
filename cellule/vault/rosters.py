"""Signed rosters: who is in a key group, chained signature by signature to the pinned house root.

No public key, right or group root counts unless a verified roster says so. Rule of acceptance in `_accept`.
"""

import hashlib
import threading
import uuid
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Max

from cellule.vault import secrets_file
from cellule.vault.identities import HOUSE, Identity, PublicIdentity
from cellule.vault.models import HolderKeys, KeyGroup, Roster
from cellule.vault.sealing import VaultError

SUPERVISOR = "supervisor"
_HOUSE_KINDS = {KeyGroup.Kind.INTAKE, KeyGroup.Kind.UNIT}


class RosterRefused(VaultError):
    """A roster that does not follow from the one before, or a house that is not the pinned one."""


@dataclass(frozen=True)
class Member:
    """One member: user, fingerprint of the public keys (hex), role code, whether they may admit others."""

    user: uuid.UUID
    fingerprint: str
    role: str
    may_admit: bool = False


@dataclass(frozen=True)
class RosterBody:
    """What is signed. `epoch` 0 means that no member has made the group's root yet."""

    group: uuid.UUID
    kind: str
    number: int
    previous: str
    epoch: int
    post_box: bytes
    commitment: bytes
    members: tuple[Member, ...]
    # The unit roster that makes the signer of a first roster a supervisor.
    authority: int | None = None

    def encode(self) -> bytes:
        """Canonical JSON: sorted keys, no floats."""
        return orjson.dumps(
            {
                "v": 1,
                "group": str(self.group),
                "kind": self.kind,
                "number": self.number,
                "previous": self.previous,
                "epoch": self.epoch,
                "post_box": self.post_box.hex(),
                "commitment": self.commitment.hex(),
                "authority": self.authority,
                "members": [
                    {"user": str(m.user), "fingerprint": m.fingerprint, "role": m.role, "may_admit": m.may_admit}
                    for m in self.members
                ],
            },
            option=orjson.OPT_SORT_KEYS,
        )

    @classmethod
    def decode(cls, body: bytes) -> "RosterBody":
        try:
            stored = orjson.loads(body)
            if stored.pop("v") != 1:
                raise RosterRefused("unknown version")
            members = tuple(
                Member(uuid.UUID(m["user"]), m["fingerprint"], m["role"], m["may_admit"]) for m in stored.pop("members")
            )
            return cls(
                group=uuid.UUID(stored.pop("group")),
                post_box=bytes.fromhex(stored.pop("post_box")),
                commitment=bytes.fromhex(stored.pop("commitment")),
                members=members,
                **stored,
            )
        except (ValueError, KeyError, TypeError) as error:
            raise RosterRefused("not a roster") from error

    def member(self, user: uuid.UUID) -> Member | None:
        return self._by_user.get(user)

    @cached_property
    def _by_user(self) -> dict[uuid.UUID, Member]:
        return {member.user: member for member in self.members}


@dataclass(frozen=True)
class VerifiedRoster:
    """The newest roster of a group after its whole chain was verified."""

    body: RosterBody
    hash: str
    # The numbers and hashes before it, so that an authority can be looked up.
    history: tuple[str, ...]
    supervisors: tuple[frozenset[str], ...]

    def member(self, user: uuid.UUID) -> Member | None:
        return self.body.member(user)

    def successor(self, **changes: Any) -> RosterBody:
        """The next roster of this group, unsigned, with what changes."""
        return replace(self.body, number=self.body.number + 1, previous=self.hash, authority=None, **changes)


def body_hash(body: bytes) -> str:
    return hashlib.sha256(b"cellule/1/roster\x00" + body).hexdigest()


def sign(body: RosterBody, *signers: tuple[uuid.UUID, Identity]) -> Roster:
    """Make the row of a signed roster (not saved)."""
    encoded = body.encode()
    return Roster(
        group_id=body.group,
        number=body.number,
        body=encoded,
        signatures=[signature_of(encoded, holder, identity) for holder, identity in signers],
    )


def signature_of(encoded: bytes, holder: uuid.UUID, identity: Identity) -> dict[str, str]:
    return {
        "holder": str(holder),
        "fingerprint": identity.public.fingerprint,
        "signature": identity.sign(b"cellule/1/roster\x00" + encoded).hex(),
    }


_lock = threading.Lock()
_verified: dict[tuple[str, uuid.UUID], VerifiedRoster] = {}


def verified_all() -> dict[uuid.UUID, VerifiedRoster]:
    """Give the newest verified roster of every group, in one query when nothing changed.

    Raises RosterRefused for a forged, forked or older chain.
    """
    return verified_newest(dict(Roster.objects.values_list("group_id").annotate(newest=Max("number"))))


def verified_newest(numbers: dict[uuid.UUID, int]) -> dict[uuid.UUID, VerifiedRoster]:
    """Give the verified roster of each group whose newest number is known already. Raises RosterRefused."""
    pin = secrets_file.read().pin
    return {group: _verified_up_to(number, group, pin) for group, number in numbers.items()}


def verified(group: uuid.UUID) -> VerifiedRoster:
    """Verify a group's chain up to its newest roster (cached per process, never backwards). Raises RosterRefused."""
    newest = Roster.objects.filter(group_id=group).aggregate(newest=Max("number"))["newest"]
    if newest is None:
        raise RosterRefused("no roster")
    return _verified_up_to(newest, group, secrets_file.read().pin)


def _verified_up_to(newest_number: int, group: uuid.UUID, pin: str) -> VerifiedRoster:
    with _lock:
        known = _verified.get((pin, group))
    if known and known.body.number == newest_number:
        return known
    if known and known.body.number > newest_number:
        raise RosterRefused("an older roster than the one seen before")
    rows = Roster.objects.filter(group_id=group, number__gt=known.body.number if known else -1).order_by("number")
    kind = KeyGroup.objects.get(pk=group).kind
    for row in rows:
        known = _accept(known, row, kind, pin)
    if known is None:
        raise RosterRefused("no roster")
    # What a transaction has signed counts for other requests only once it is committed.
    transaction.on_commit(partial(_remember, pin, known))
    return known


def _remember(pin: str, roster: VerifiedRoster) -> None:
    with _lock:
        _verified[pin, roster.body.group] = roster


def check_next(previous: VerifiedRoster | None, row: Roster, kind: str) -> VerifiedRoster:
    """Accept a roster before it is saved, by the same rules as when it is read."""
    return _accept(previous, row, kind, secrets_file.read().pin)


def forget_cache() -> None:
    """Start verifying from the beginning (a restored database, another house in a test)."""
    with _lock:
        _verified.clear()


def _accept(previous: VerifiedRoster | None, row: Roster, kind: str, pin: str) -> VerifiedRoster:
    encoded = bytes(row.body)
    body = RosterBody.decode(encoded)
    expected = (0, "") if previous is None else (previous.body.number + 1, previous.hash)
    if (body.group, body.kind, row.number) != (row.group_id, kind, body.number) or (
        (body.number, body.previous) != expected
    ):
        raise RosterRefused("out of place")
    if len({member.user for member in body.members}) != len(body.members):
        raise RosterRefused("a member twice")
    signers = _signers(encoded, row.signatures)
    if previous is None:
        _accept_first(body, signers, pin)
    else:
        _accept_change(previous.body, body, signers, pin)
    own_hash = body_hash(encoded)
    supervisors = frozenset(m.fingerprint for m in body.members if m.role == SUPERVISOR)
    return VerifiedRoster(
        body,
        own_hash,
        (*(previous.history if previous else ()), own_hash),
        (*(previous.supervisors if previous else ()), supervisors),
    )


def _signers(encoded: bytes, signatures: list[dict[str, str]]) -> set[tuple[uuid.UUID, str]]:
    """Give (holder, fingerprint) of each signature that verifies; any other refuses the roster."""
    if not isinstance(signatures, list) or not signatures:
        raise RosterRefused("unsigned")
    public = {
        keys.fingerprint: PublicIdentity.decode(bytes(keys.public))
        for keys in HolderKeys.objects.filter(fingerprint__in=[s["fingerprint"] for s in signatures])
    }
    signers = set()
    for signature in signatures:
        keys = public.get(signature["fingerprint"])
        message = b"cellule/1/roster\x00" + encoded
        # The row's own name proves nothing: the keys must hash to the fingerprint the roster pins.
        if keys is None or keys.fingerprint != signature["fingerprint"]:
            raise RosterRefused("unknown signer")
        if not keys.verifies(bytes.fromhex(signature["signature"]), message):
            raise RosterRefused("bad signature")
        signers.add((uuid.UUID(signature["holder"]), signature["fingerprint"]))
    return signers


def _by_house(signers: set[tuple[uuid.UUID, str]], pin: str) -> bool:
    return bool(pin) and (HOUSE, pin) in signers


def _accept_first(body: RosterBody, signers: set[tuple[uuid.UUID, str]], pin: str) -> None:
    if body.epoch != 0 or body.post_box or body.commitment:
        raise RosterRefused("a first roster has no root yet")
    if body.kind in _HOUSE_KINDS:
        if not _by_house(signers, pin):
            raise RosterRefused("a first roster of the unit is the house's to sign")
        return
    unit = KeyGroup.objects.filter(kind=KeyGroup.Kind.UNIT).first()
    if unit is None or body.authority is None:
        raise RosterRefused("no authority named")
    named = verified(unit.pk).supervisors[body.authority :][:1] if body.authority >= 0 else ()
    if not any(fingerprint in supervisors for supervisors in named for _, fingerprint in signers):
        raise RosterRefused("not signed by a supervisor")


def _accept_change(before: RosterBody, body: RosterBody, signers: set[tuple[uuid.UUID, str]], pin: str) -> None:
    if body.authority is not None:
        raise RosterRefused("authority belongs to first rosters")
    house = _by_house(signers, pin) and body.kind in _HOUSE_KINDS
    members = [m for m in before.members if (m.user, m.fingerprint) in signers]
    if not members and not house:
        raise RosterRefused("signed by no member")
    if body.epoch == before.epoch:
        if (body.post_box, body.commitment) != (before.post_box, before.commitment):
            raise RosterRefused("another root in the same epoch")
    elif body.epoch != before.epoch + 1 or not body.post_box or not body.commitment:
        raise RosterRefused("an epoch out of order")
    elif not any(body.member(m.user) == m for m in members):
        raise RosterRefused("only a staying member makes a root")
    if house:
        return
    changed = {m for m in body.members if m not in before.members}
    removed = {m.user for m in before.members} - {m.user for m in body.members}
    if (changed or removed) and not any(m.may_admit for m in members):
        raise RosterRefused("signer may not admit")
    if any(m.role == SUPERVISOR for m in changed) and sum(m.role == SUPERVISOR for m in members) < 2:
        raise RosterRefused("a new supervisor takes two supervisors or the house")
