"""Signed rosters: who is in a key group, chained signature by signature to the pinned house root.

No public key, right or group root counts unless a verified roster says so. Rule of acceptance in `_accept`.
"""

import hashlib
import threading
import uuid
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from cellule.vault import authority, house
from cellule.vault.circle_rules import refusal_of_circle, refusal_of_return
from cellule.vault.identities import Identity, PublicIdentity
from cellule.vault.models import HolderKeys, KeyGroup, Roster
from cellule.vault.roster_body import SUPERVISOR, Member, RosterBody, RosterRefused

COORDINATOR = "agency_coordinator"
_AGENCY_ROLES = {COORDINATOR, "agency_worker"}
_HOUSE_KINDS = {KeyGroup.Kind.INTAKE, KeyGroup.Kind.UNIT}
# Asked for every packet that an agency opens: written out, because composing it takes longer than running it.
_WITH_UNIT = """
SELECT g.id, g.kind, max(r.number)
FROM keys.vault_keygroup g JOIN keys.vault_roster r ON r.group_id = g.id
WHERE g.kind = %s OR g.id = %s
GROUP BY g.id, g.kind
ORDER BY g.id
"""


@dataclass(frozen=True)
class VerifiedRoster:
    """The newest roster of a group after its whole chain was verified."""

    body: RosterBody
    hash: str
    # The numbers and hashes before it, so that an authority can be looked up.
    history: tuple[str, ...]
    supervisors: tuple[frozenset[str], ...]
    # The number of the roster that let each of its members' keys in.
    joined: dict[str, int]
    # By number, what was vouched for; the hashes of its own rosters that rest on a supervisor's authority.
    vouched: tuple[frozenset[str] | None, ...]
    authorised: tuple[str, ...]
    # Everybody whom one of its rosters has named.
    ever: frozenset[uuid.UUID]
    # The oldest epoch that its members can open: an agency that lost all its keys begins anew, and nothing leads back.
    reach: int

    def member(self, user: uuid.UUID) -> Member | None:
        return self.body.member(user)

    def successor(self, **changes: Any) -> RosterBody:
        """The next roster of this group, unsigned, with what changes."""
        follows: dict[str, Any] = {
            "number": self.body.number + 1,
            "previous": self.hash,
            "authority": None,
            "vouched": None,
        }
        return replace(self.body, **follows | changes)


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


def verified_all(holder: uuid.UUID | None = None) -> dict[uuid.UUID, VerifiedRoster]:
    """Give the newest verified roster of every group, in one query when nothing changed.

    `holder`: only of groups whose root lies there for this person. Raises RosterRefused for a forged, forked or older
    chain.
    """
    rows = Roster.objects.filter(group__wraps__holder=holder) if holder else Roster.objects.all()
    return verified_newest(dict(rows.values_list("group_id").annotate(newest=Max("number"))))


def verified_newest(numbers: dict[uuid.UUID, int]) -> dict[uuid.UUID, VerifiedRoster]:
    """Give the verified roster of each group whose newest number is known already. Raises RosterRefused."""
    pin = house.pinned()
    return {group: _verified_up_to(number, group, pin) for group, number in numbers.items()}


def verified_of(kind: str, organisation: uuid.UUID | None = None) -> VerifiedRoster | None:
    """Give the verified roster of a kind's one group, or of an organisation's; None while there is none. RosterRefused."""
    newest = _newest(kind).filter(group__organisation=organisation).first()
    return _verified_up_to(newest[2], newest[0], house.pinned()) if newest else None


def verified_with_unit(group: uuid.UUID) -> tuple[VerifiedRoster | None, VerifiedRoster | None]:
    """Give the unit's verified roster and one group's, None while there is none; one query if nothing changed."""
    with connection.cursor() as cursor:
        cursor.execute(_WITH_UNIT, [KeyGroup.Kind.UNIT.value, group])
        newest = cursor.fetchall()
    rosters = verified_newest({found: number for found, _kind, number in newest})
    unit = next((found for found, kind, _number in newest if kind == KeyGroup.Kind.UNIT), None)
    return rosters.get(unit) if unit else None, rosters.get(group)


def verified_agencies() -> dict[uuid.UUID, VerifiedRoster | None]:
    """Give each agency's verified roster by organisation; None where it is refused, which is no other agency's harm."""
    pin = house.pinned()
    agencies: dict[uuid.UUID, VerifiedRoster | None] = {}
    for group, organisation, number in _newest(KeyGroup.Kind.AGENCY):
        try:
            agencies[organisation] = _verified_up_to(number, group, pin)
        except RosterRefused:
            agencies[organisation] = None
    return agencies


def _newest(kind: str) -> QuerySet[Roster, tuple[uuid.UUID, Any, int]]:
    """Group, organisation and newest number of the groups of a kind."""
    rows = Roster.objects.filter(group__kind=kind).values_list("group_id", "group__organisation")
    return rows.annotate(newest=Max("number")).order_by("group_id")


def verified(group: uuid.UUID) -> VerifiedRoster:
    """Verify a group's chain up to its newest roster (cached per process, never backwards). Raises RosterRefused."""
    newest = Roster.objects.filter(group_id=group).aggregate(newest=Max("number"))["newest"]
    if newest is None:
        raise RosterRefused("no roster")
    return _verified_up_to(newest, group, house.pinned())


def _verified_up_to(newest_number: int, group: uuid.UUID, pin: str) -> VerifiedRoster:
    with _lock:
        known = _verified.get((pin, group))
    if known and known.body.number == newest_number:
        return known
    if known and known.body.number > newest_number:
        raise RosterRefused("an older roster than the one seen before")
    rows = Roster.objects.filter(group_id=group, number__gt=known.body.number if known else -1).order_by("number")
    of = KeyGroup.objects.get(pk=group)
    for row in rows:
        known = _accept(known, row, of, pin)
    if known is None:
        raise RosterRefused("no roster")
    # What a transaction has signed counts for other requests only once it is committed.
    transaction.on_commit(partial(_remember, pin, known))
    return known


def _remember(pin: str, roster: VerifiedRoster) -> None:
    with _lock:
        _verified[pin, roster.body.group] = roster


def check_next(previous: VerifiedRoster | None, row: Roster, body: RosterBody) -> VerifiedRoster:
    """Accept a roster before it is saved, by the same rules as when it is read."""
    of = KeyGroup(pk=body.group, kind=body.kind, organisation=body.organisation)
    return _accept(previous, row, of, house.pinned())


def forget_cache() -> None:
    """Start verifying from the beginning (a restored database, another house in a test)."""
    house.forebears.cache_clear()
    with _lock:
        _verified.clear()


def _accept(previous: VerifiedRoster | None, row: Roster, of: KeyGroup, pin: str) -> VerifiedRoster:
    encoded = bytes(row.body)
    body = RosterBody.decode(encoded)
    expected = (0, "") if previous is None else (previous.body.number + 1, previous.hash)
    place = (body.group, body.kind, body.organisation, body.number, body.previous)
    if place != (row.group_id, of.kind, of.organisation, *expected) or row.number != body.number:
        raise RosterRefused("out of place")
    if len({member.user for member in body.members}) != len(body.members):
        raise RosterRefused("a member twice")
    is_agency = body.kind == KeyGroup.Kind.AGENCY
    if is_agency != (body.organisation is not None):
        raise RosterRefused("an agency is one organisation's")
    if (body.kind == KeyGroup.Kind.CIRCLE) != (body.owner is not None) or (
        previous and previous.body.owner != body.owner
    ):
        raise RosterRefused("a circle is one case's")
    if any((member.role in _AGENCY_ROLES) != is_agency for member in body.members):
        raise RosterRefused("a role that has no place in this group")
    signers, own_hash = _signers(encoded, row.signatures), body_hash(encoded)
    if reason := house.why_not(pin, body.group, body.number, own_hash):
        raise RosterRefused(reason)
    if previous is None:
        _accept_first(body, signers, pin)
    else:
        _accept_change(previous, body, signers, pin)
    if body.authority is not None and not (previous and body.kind == KeyGroup.Kind.CIRCLE):
        _check_authority(body, signers, own_hash)
    return VerifiedRoster(
        body,
        own_hash,
        (*(previous.history if previous else ()), own_hash),
        (*(previous.supervisors if previous else ()), body.supervisors),
        {m.fingerprint: (previous.joined if previous else {}).get(m.fingerprint, body.number) for m in body.members},
        (*(previous.vouched if previous else ()), None if body.vouched is None else frozenset(body.vouched)),
        (*(previous.authorised if previous else ()), *((own_hash,) if body.authority is not None else ())),
        frozenset(member.user for member in body.members) | (previous.ever if previous else frozenset()),
        previous.reach if previous and body.has_root else body.epoch + 1,
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


def _accept_first(body: RosterBody, signers: set[tuple[uuid.UUID, str]], pin: str) -> None:
    if body.epoch != 0 or body.post_box or body.commitment:
        raise RosterRefused("a first roster has no root yet")
    if body.kind in _HOUSE_KINDS:
        if not house.signs(signers, pin, body.group, body.number):
            raise RosterRefused("a first roster of the unit is the house's to sign")
        return
    if body.authority is None:
        raise RosterRefused("no authority named")
    if body.kind == KeyGroup.Kind.CIRCLE and (refusal := refusal_of_circle(body, _unit_named_by(body), signers)):
        raise RosterRefused(refusal)
    if body.kind == KeyGroup.Kind.AGENCY and [(m.role, m.may_admit) for m in body.members] != [(COORDINATOR, True)]:
        raise RosterRefused("an agency begins with its coordinator")


def _check_authority(body: RosterBody, signers: set[tuple[uuid.UUID, str]], own_hash: str) -> None:
    unit = verified_of(KeyGroup.Kind.UNIT)
    if unit is None or type(body.authority) is not int:
        raise RosterRefused("no authority named")
    if reason := authority.why_not(unit, body.authority, {fingerprint for _, fingerprint in signers}, own_hash):
        raise RosterRefused(reason)


def _unit_named_by(body: RosterBody) -> RosterBody:
    """The unit's roster whose number a roster names as its authority."""
    unit = verified_of(KeyGroup.Kind.UNIT)
    if unit is None or type(body.authority) is not int:
        raise RosterRefused("no authority named")
    row = Roster.objects.filter(group_id=unit.body.group, number=body.authority).first()
    if row is None or body_hash(bytes(row.body)) not in unit.history[row.number :][:1]:
        raise RosterRefused("no authority named")
    return RosterBody.decode(bytes(row.body))


def _accept_coordinator(before: RosterBody, body: RosterBody, signers: set[tuple[uuid.UUID, str]]) -> None:
    """A supervisor, no member, adds a coordinator to an agency's group; changes nothing else and touches no root.

    Or lets coordinators alone begin anew where nobody is left who opens anything: then there is no root until one of them
    has made the next, and none that came before is theirs.
    """
    if body.kind != KeyGroup.Kind.AGENCY:
        raise RosterRefused("authority belongs to first rosters")
    begins_anew = (body.epoch, body.post_box, body.commitment) == (before.epoch, b"", b"")
    if begins_anew and body.members and all((m.role, m.may_admit) == (COORDINATOR, True) for m in body.members):
        return
    if (body.epoch, body.post_box, body.commitment) != (before.epoch, before.post_box, before.commitment):
        raise RosterRefused("a supervisor makes no root of an agency")
    added = set(body.members) - set(before.members)
    kept = {m for m in before.members if m.user not in {one.user for one in added}}
    if not kept <= set(body.members) or any(m.role != COORDINATOR for m in added):
        raise RosterRefused("a supervisor lets coordinators in, no more")


def _left(before: RosterBody, body: RosterBody) -> set[str]:
    """The keys that were in a group and are in it no more: of who left, and of who enrolled anew."""
    return {m.fingerprint for m in before.members} - {m.fingerprint for m in body.members}


def _accept_change(previous: VerifiedRoster, body: RosterBody, signers: set[tuple[uuid.UUID, str]], pin: str) -> None:
    before, is_circle = previous.body, body.kind == KeyGroup.Kind.CIRCLE
    if body.authority is not None and is_circle:
        if refusal := refusal_of_return(before, body, _unit_named_by(body), signers, previous.ever):
            raise RosterRefused(refusal)
        return
    if body.authority is not None:
        _accept_coordinator(before, body, signers)
        return
    # An agency's keys are its own: the house holds none of them, and decides on nobody there.
    by_house = body.kind != KeyGroup.Kind.AGENCY and house.signs(signers, pin, body.group, body.number)
    members = [m for m in before.members if (m.user, m.fingerprint) in signers]
    if not members and not by_house:
        raise RosterRefused("signed by no member")
    if body.epoch == before.epoch:
        if (body.post_box, body.commitment) != (before.post_box, before.commitment):
            raise RosterRefused("another root in the same epoch")
    elif body.epoch != before.epoch + 1 or not body.post_box or not body.commitment:
        raise RosterRefused("an epoch out of order")
    elif not any(body.member(m.user) == m for m in members):
        raise RosterRefused("only a staying member makes a root")
    if by_house:
        return
    if body.kind == KeyGroup.Kind.UNIT and before.supervisors - body.supervisors and body.vouched is None:
        raise RosterRefused("what supervisors have signed is not written down")
    changed = {m for m in body.members if m not in before.members}
    if is_circle and changed:
        raise RosterRefused("nobody joins a circle that is there")
    # Whoever is left may see that somebody's keys count no more; who comes in, and as what, is for those who admit.
    if changed and not any(m.may_admit for m in members):
        raise RosterRefused("signer may not admit")
    if body.epoch == before.epoch and _left(before, body):
        raise RosterRefused("who has left still holds the root")
    if not is_circle and not any(m.may_admit for m in body.members):
        raise RosterRefused("nobody would be left who may admit")
    if body.kind == KeyGroup.Kind.AGENCY and any(m.may_admit or m.role == COORDINATOR for m in changed):
        raise RosterRefused("who may admit into an agency is a supervisor's to let in")
    if any(m.role == SUPERVISOR for m in changed) and sum(m.role == SUPERVISOR for m in members) < 2:
        raise RosterRefused("a new supervisor takes two supervisors or the house")
