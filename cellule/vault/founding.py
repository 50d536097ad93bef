"""The house root: made once in front of its custodians, printed on their sheets, and forgotten (flow 1)."""

import secrets
import uuid
from collections.abc import Callable

from django.db import connection, transaction

from audit.log.actor import Actor
from audit.log.record import record
from cellule.vault import secrets_file, words
from cellule.vault.actions import HOUSE_SEALED
from cellule.vault.custody import Sheets, new_secrets, sheets_of, wraps_of
from cellule.vault.identities import HOUSE, Identity
from cellule.vault.membership import WrongWords, enrolled_public, sign_and_save
from cellule.vault.models import CustodianWrap, HolderKeys, KeyGroup
from cellule.vault.rosters import SUPERVISOR, Member, RosterBody


class SealedAlready(Exception):
    """The house has its root; a ceremony of its own turns it."""


def seal_house(
    supervisors: list[tuple[uuid.UUID, str]], by: Actor, *, written_down: Callable[[Sheets], None] | None = None
) -> Sheets:
    """Make the house root and sign the first rosters of unit and intake.

    `supervisors`: for each one the account's id and the five words as they were read out. `written_down`: shows the
    sheets and returns once they were read back: whatever breaks off before that has made nothing. Raises WrongWords,
    SealedAlready. The fingerprint is pinned outside the database in the same step.
    """
    members = tuple(_checked(user, typed) for user, typed in supervisors)
    if _is_sealed():
        raise SealedAlready
    house = Identity(secrets.token_bytes(32))
    held = new_secrets()
    if written_down is not None:
        written_down(sheets_of(house, held))
    with transaction.atomic():
        # One ceremony at a time: a second one must not touch the pin that the first has set.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [HOUSE.int & 0x7FFF_FFFF])
        if _is_sealed():
            raise SealedAlready
        # A founding that was killed between the pin and the commit left a pin without a house.
        secrets_file.unpin()
        public = house.public
        HolderKeys.objects.create(fingerprint=public.fingerprint, holder=HOUSE, public=public.encode())
        CustodianWrap.objects.bulk_create(wraps_of(house, held))
        # The rosters are checked against the pin, so it is set before them; a failure takes it back below.
        secrets_file.pin(public.fingerprint)
        try:
            for kind in (KeyGroup.Kind.INTAKE, KeyGroup.Kind.UNIT):
                _first_roster(kind, members, house, by)
            record(HOUSE_SEALED, by=by, subject_type="vault.house", reference=public.fingerprint)
        except BaseException:
            secrets_file.unpin()
            raise
    return sheets_of(house, held)


def _is_sealed() -> bool:
    pin = secrets_file.read().pin
    return bool(pin) and HolderKeys.objects.filter(pk=pin).exists()


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
