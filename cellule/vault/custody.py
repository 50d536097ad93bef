"""Custodians: three sheets of words, any two of which open the house root; replacing one, turning the root, the drill.

Nobody holds the root between ceremonies. What a ceremony makes is printed and read back before anything is changed, so
that a break at any point leaves either the old sheets in force or the new ones.
"""

import itertools
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import transaction

from audit.log.actor import Actor
from audit.log.record import record
from cellule.vault import house, rosters, secrets_file, words
from cellule.vault.actions import CUSTODIAN_REPLACED, HOUSE_DRILLED, HOUSE_TURNED
from cellule.vault.departures import groups_within, hold
from cellule.vault.identities import HOUSE, GroupRoot, Identity
from cellule.vault.models import CustodianWrap, GroupWrap, HolderKeys, KeyGroup
from cellule.vault.sealing import CannotOpen, VaultError, length_prefixed, unwrap, unwrap_from, wrap, wrap_to
from cellule.vault.unlocked import member_binding

CUSTODIANS = ("A", "B", "C")

# A custodian's letter, and the 32 bytes that stand on the sheet.
Secrets = Mapping[str, bytes]


class NotTheHouse(VaultError):
    """The sheets open a house root, but not the pinned one: they are of another ceremony."""


@dataclass(frozen=True)
class Sheets:
    """What is printed in a ceremony: the root's fingerprint, and 24 words for each custodian."""

    fingerprint: str
    words: dict[str, str]


def new_secrets() -> dict[str, bytes]:
    """The secrets of three new sheets."""
    return {custodian: secrets.token_bytes(32) for custodian in CUSTODIANS}


def sheets_of(root: Identity, made: Secrets) -> Sheets:
    """The words to write down."""
    return Sheets(root.fingerprint, {name: words.sheet_words(secret) for name, secret in made.items()})


def wraps_of(root: Identity, held: Secrets) -> list[CustodianWrap]:
    """The rows of the house root under each pair of these sheets (not saved)."""
    return [
        CustodianWrap(pair="-".join(pair), wrap=wrap(_pair_key(pair, held), 0, root.root, _pair_binding(pair)))
        for pair in itertools.combinations(sorted(held), 2)
    ]


def open_house(sheets: Mapping[str, str]) -> Identity:
    """Open the pinned house root with two custodians' sheets as typed.

    Raises SheetMistyped, CannotOpen when the two do not belong together, NotTheHouse.
    """
    root = open_any_house(sheets)
    if root.fingerprint != house.pinned():
        raise NotTheHouse
    return root


def open_any_house(sheets: Mapping[str, str]) -> Identity:
    """Open the house root that two sheets lead to, when the pin is lost with everything else: the sheets prove it."""
    held = {name: words.sheet_secret(typed) for name, typed in sheets.items()}
    pair = tuple(sorted(held))
    row = CustodianWrap.objects.filter(pair="-".join(pair)).first()
    if row is None:
        raise CannotOpen
    return Identity(unwrap(_pair_key(pair, held), bytes(row.wrap), _pair_binding(pair)))


# --- The drill ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drill:
    """What a drill has proved: the root's fingerprint, the groups whose newest root it opens, and those it does not."""

    fingerprint: str
    opened: list[str]
    missing: list[str]


def drill(sheets: Mapping[str, str], by: Actor) -> Drill:
    """Prove that two sheets open the house root and, with it, every group that would need it; changes nothing.

    Only the log tells afterwards that it took place. Raises SheetMistyped, CannotOpen, NotTheHouse.
    """
    root = open_house(sheets)
    opened, missing = [], []
    for group in KeyGroup.objects.filter(pk__in=groups_within(None)).order_by("kind", "pk"):
        roster = rosters.verified(group.pk)
        if not roster.body.epoch:
            continue
        try:
            house_opens(root, roster)
        except VaultError:
            missing.append(group.kind)
        else:
            opened.append(group.kind)
    with transaction.atomic():
        record(HOUSE_DRILLED, by=by, subject_type="vault.house", reference=root.fingerprint)
    return Drill(root.fingerprint, opened, missing)


def house_opens(root: Identity, roster: rosters.VerifiedRoster) -> GroupRoot:
    """The newest root of a group, opened by the house. Raises CannotOpen when it is not there or not that one."""
    group, epoch = roster.body.group, roster.body.epoch
    row = GroupWrap.objects.filter(group_id=group, epoch=epoch, holder=HOUSE).first()
    if row is None:
        raise CannotOpen
    opened = GroupRoot(group, epoch, unwrap_from(root.box_key, bytes(row.wrap), member_binding(group, epoch, HOUSE)))
    if opened.commitment != roster.body.commitment:
        raise CannotOpen
    return opened


# --- Changing custodians --------------------------------------------------------------------------


def replace_custodian(present: Mapping[str, str], by: Actor, *, written_down: Callable[[Sheets], None]) -> None:
    """Give the custodian who is not present a new sheet; the old one opens nothing more.

    `present`: the sheets of the other two, as typed. `written_down`: shows the new sheet and returns once it was read
    back. Raises SheetMistyped, CannotOpen, NotTheHouse; nothing is changed then.
    """
    root = open_house(present)
    (replaced,) = set(CUSTODIANS) - set(present)
    made = {replaced: secrets.token_bytes(32)}
    written_down(sheets_of(root, made))
    held = {name: words.sheet_secret(typed) for name, typed in present.items()} | made
    with transaction.atomic():
        hold(HOUSE)
        if house.pinned() != root.fingerprint:
            raise NotTheHouse
        _save_wraps(row for row in wraps_of(root, held) if replaced in row.pair.split("-"))
        record(CUSTODIAN_REPLACED, by=by, subject_type="vault.house", reference=replaced)


def turn_house(sheets: Mapping[str, str], by: Actor, *, written_down: Callable[[Sheets], None]) -> str:
    """Make a new house root that the old one signs, with three new sheets; gives its fingerprint.

    The groups' roots that lie there for the house move to the new root. Raises SheetMistyped, CannotOpen, NotTheHouse;
    until everything is committed the old sheets hold.
    """
    before, made = open_house(sheets), Identity(secrets.token_bytes(32))
    new = new_secrets()
    written_down(sheets_of(made, new))
    with transaction.atomic():
        # An agency's keys are its own: the house signs nothing there.
        groups = groups_within(None)
        hold(HOUSE, *groups)
        if house.pinned() != before.fingerprint:
            raise NotTheHouse
        newest = [rosters.verified(group) for group in groups]
        heads = {roster.body.group: (roster.body.number, roster.hash) for roster in newest}
        secrets_file.announce_pin(made.fingerprint)
        public = made.public
        HolderKeys.objects.create(fingerprint=public.fingerprint, holder=HOUSE, public=public.encode())
        house.turn_statement(before, made, heads).save(force_insert=True)
        _save_wraps(wraps_of(made, new))
        _move_roots(newest, before, made)
        record(HOUSE_TURNED, by=by, subject_type="vault.house", reference=made.fingerprint)
    house.finish_pin()
    return made.fingerprint


def _move_roots(newest: Iterable[rosters.VerifiedRoster], before: Identity, made: Identity) -> None:
    """Wrap the newest root of each group for the new house root; from it the chain leads to the older ones."""
    opened = [house_opens(before, roster) for roster in newest if roster.body.epoch]
    GroupWrap.objects.filter(holder=HOUSE).delete()
    for root in opened:
        binding = member_binding(root.group, root.epoch, HOUSE)
        wrapped = wrap_to(made.public.box_key, root.epoch, root.root, binding)
        GroupWrap.objects.create(group_id=root.group, epoch=root.epoch, holder=HOUSE, wrap=wrapped)


def _save_wraps(rows: Iterable[CustodianWrap]) -> None:
    for row in rows:
        CustodianWrap.objects.update_or_create(pair=row.pair, defaults={"wrap": row.wrap})


def _pair_key(pair: tuple[str, ...], held: Secrets) -> AESGCM:
    joined = b"".join(held[name] for name in pair)
    return AESGCM(HKDF(hashes.SHA256(), 32, None, b"cellule/1/custodians/" + "-".join(pair).encode()).derive(joined))


def _pair_binding(pair: tuple[str, ...]) -> bytes:
    return length_prefixed(b"custodians", HOUSE.bytes, "-".join(pair).encode())
