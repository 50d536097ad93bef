"""The house root: made once in front of its custodians, printed on their sheets, and forgotten (flow 1)."""

import itertools
import secrets
import uuid
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import connection, transaction

from audit.log.actor import Actor
from audit.log.record import record
from cellule.vault import secrets_file, words
from cellule.vault.actions import HOUSE_SEALED
from cellule.vault.identities import HOUSE, Identity
from cellule.vault.membership import WrongWords, enrolled_public, sign_and_save
from cellule.vault.models import CustodianWrap, HolderKeys, KeyGroup
from cellule.vault.rosters import SUPERVISOR, Member, RosterBody
from cellule.vault.sealing import length_prefixed, unwrap, wrap

CUSTODIANS = ("A", "B", "C")


@dataclass(frozen=True)
class Sheets:
    """What is printed at the founding: a fingerprint to pin, and 24 words for each custodian."""

    fingerprint: str
    words: dict[str, str]


class SealedAlready(Exception):
    """The house has its root; a ceremony of its own turns it."""


def seal_house(supervisors: list[tuple[uuid.UUID, str]], by: Actor) -> Sheets:
    """Make the house root and sign the first rosters of unit and intake.

    `supervisors`: for each one the account's id and the five words as they were read out. Raises WrongWords,
    SealedAlready. The fingerprint is pinned outside the database in the same step.
    """
    members = tuple(_checked(user, typed) for user, typed in supervisors)
    house = Identity(secrets.token_bytes(32))
    sheets = {custodian: secrets.token_bytes(32) for custodian in CUSTODIANS}
    with transaction.atomic():
        # One ceremony at a time: a second one must not touch the pin that the first has set.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [HOUSE.int & 0x7FFF_FFFF])
        if (pin := secrets_file.read().pin) and HolderKeys.objects.filter(pk=pin).exists():
            raise SealedAlready
        # A founding that was killed between the pin and the commit left a pin without a house.
        secrets_file.unpin()
        public = house.public
        HolderKeys.objects.create(fingerprint=public.fingerprint, holder=HOUSE, public=public.encode())
        for pair in itertools.combinations(CUSTODIANS, 2):
            CustodianWrap.objects.create(
                pair="-".join(pair), wrap=wrap(_pair_key(pair, sheets), 0, house.root, _pair_binding(pair))
            )
        # The rosters are checked against the pin, so it is set before them; a failure takes it back below.
        secrets_file.pin(public.fingerprint)
        try:
            for kind in (KeyGroup.Kind.INTAKE, KeyGroup.Kind.UNIT):
                _first_roster(kind, members, house, by)
            record(HOUSE_SEALED, by=by, subject_type="vault.house", reference=public.fingerprint)
        except BaseException:
            secrets_file.unpin()
            raise
    return Sheets(public.fingerprint, {name: words.sheet_words(secret) for name, secret in sheets.items()})


def open_house(sheets: dict[str, str]) -> Identity:
    """Open the house root with two custodians' sheets (ValueError for a mistyped sheet; CannotOpen)."""
    pair = tuple(sorted(sheets))
    opened = {name: words.sheet_secret(typed) for name, typed in sheets.items()}
    row = CustodianWrap.objects.get(pair="-".join(pair))
    return Identity(unwrap(_pair_key(pair, opened), bytes(row.wrap), _pair_binding(pair)))


def _checked(user: uuid.UUID, typed: str) -> Member:
    public = enrolled_public(user)
    if public is None or not words.same_words(typed, words.fingerprint_words(public.fingerprint)):
        raise WrongWords
    return Member(user, public.fingerprint, SUPERVISOR, may_admit=True)


def _first_roster(kind: str, members: tuple[Member, ...], house: Identity, by: Actor) -> None:
    group = KeyGroup.objects.create(kind=kind)
    body = RosterBody(
        group=group.pk, kind=kind, number=0, previous="", epoch=0, post_box=b"", commitment=b"", members=members
    )
    sign_and_save(None, body, [(HOUSE, house)], by)


def _pair_key(pair: tuple[str, ...], sheets: dict[str, bytes]) -> AESGCM:
    joined = b"".join(sheets[name] for name in pair)
    return AESGCM(HKDF(hashes.SHA256(), 32, None, b"cellule/1/custodians/" + "-".join(pair).encode()).derive(joined))


def _pair_binding(pair: tuple[str, ...]) -> bytes:
    return length_prefixed(b"custodians", HOUSE.bytes, "-".join(pair).encode())
