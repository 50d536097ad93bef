"""Packets of no room's, so that tests of the vault change with the vault alone; their keys are real rows."""

import datetime
import uuid
from typing import Any

from django.db import models, transaction
from django.test.utils import isolate_apps

from audit.log.actions import Action
from audit.log.record import record
from cellule.accounts.acting import Acting, vault_of
from cellule.accounts.models import Organisation
from cellule.vault import packets
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models import KeyGroup, OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.rosters import VerifiedRoster
from cellule.vault.unlocked import OpenedOwner, group_id
from tests.vault.papers import Words

ENVELOPE, AGREED = Compartment.ENVELOPE, Compartment.AGREED
COLUMNS = ("envelope", "agreed")
PARCEL_OPENED = Action("tests.parcel_opened", "Opened a packet in a test")
CONSENT, ENDS_ON = uuid.UUID(int=7), datetime.date(2027, 5, 31)


with isolate_apps():

    class Parcel(SealedModel):
        id = models.UUIDField(primary_key=True, default=uuid.uuid4)
        key_holder = models.UUIDField()
        agency_holder = models.UUIDField(null=True)
        reference = models.CharField(max_length=8)
        envelope = SealedDocument("tests.parcel.envelope", document=Words, compartment=ENVELOPE, null=True)
        agreed = SealedDocument("tests.parcel.agreed", document=Words, compartment=AGREED, null=True)

        class Meta:
            app_label = "tests"

        def __str__(self) -> str:
            return self.reference

    class Message(SealedModel):
        id = models.UUIDField(primary_key=True, default=uuid.uuid4)
        parcel = models.UUIDField()
        words = SealedDocument("tests.message.words", document=Words, compartment=ENVELOPE, owner="parcel")

        class Meta:
            app_label = "tests"

        def __str__(self) -> str:
            return "message"


def clinic() -> uuid.UUID:
    """The organisation of Noor and Thea."""
    return Organisation.objects.get(name="Clinique juridique fictive du Phare").pk


def shelter() -> uuid.UUID:
    """The organisation of Solange."""
    return Organisation.objects.get(name="Maison Fictive du Saule").pk


def group_of(organisation: uuid.UUID) -> uuid.UUID:
    return KeyGroup.objects.get(organisation=organisation).pk


def parcel_of(kind: str = "unit") -> Parcel:
    """A packet that is being prepared."""
    return Parcel(key_holder=group_id(kind), reference=uuid.uuid4().hex[:8])


def address(by: Acting, parcel: Parcel, roster: VerifiedRoster, text: str = "demande") -> Parcel:
    """Address a packet, and seal a text into both of its columns."""
    parcel.agency_holder = roster.body.group
    with transaction.atomic():
        sealer = packets.address(by.vault, parcel, roster)
    for column in COLUMNS:
        sealer.write(parcel, column, Words(f"{text}, {column}"))
    return parcel


def send(by: Acting, organisation: uuid.UUID, text: str = "demande", kind: str = "unit") -> Parcel:
    return address(by, parcel_of(kind), packets.agency_roster(by.vault, organisation), text)


def signed(by: Acting, parcel: Parcel, roster: VerifiedRoster, **changes: Any) -> dict[str, Any]:
    """The signature of a packet, as `send` of a referral asks for it."""
    about = {"agency_roster": roster.hash, "consent": CONSENT, "ends_on": ENDS_ON}
    return packets.sign(by.vault, parcel, COLUMNS, **about | changes)


def open_parcels(by: Acting, *parcels: Parcel, parts=(ENVELOPE, AGREED)) -> dict[uuid.UUID, OpenedOwner]:
    """Open packets in a new request of this person."""
    with transaction.atomic():
        entry = record(PARCEL_OPENED, by=by.actor, shown=[parcel.reference for parcel in parcels])
        return packets.open_packets(afresh(by).vault, parcels, parts, entry)


def texts(by: Acting, parcel: Parcel) -> list[str]:
    """What somebody reads in both columns of a packet."""
    opened = open_parcels(by, parcel)[parcel.pk]
    return [opened.read(parcel, column).text for column in COLUMNS]


def write(by: Acting, parcel: Parcel, text: str) -> Message:
    """A message beside a packet, from whichever side."""
    message = Message(parcel=parcel.pk)
    with transaction.atomic():
        packets.writer(afresh(by).vault, parcel, ENVELOPE).write(message, "words", Words(text))
    return message


def words(by: Acting, parcel: Parcel, *messages: Message) -> list[str]:
    opened = open_parcels(by, parcel, parts=[ENVELOPE])[parcel.pk]
    return [opened.read(message, "words").text for message in messages]


def afresh(by: Acting) -> Acting:
    """The same person in a new request: nothing is known of rosters and roots yet."""
    return Acting(by.user, by.actor, vault_of(by.user, by.vault.identity))


def wraps_of(parcel: Parcel) -> dict[tuple[str, int, uuid.UUID], bytes]:
    """The wraps of a packet's keys by compartment, version and holder."""
    rows = OwnerKey.objects.filter(owner=parcel.pk)
    return {(row.compartment, row.version, row.holder): bytes(row.wrap) for row in rows}


def lies_with(parcel: Parcel, *holders: uuid.UUID, versions: range = range(1, 2)) -> set[tuple[str, int, uuid.UUID]]:
    return {(part, version, holder) for part in COLUMNS for version in versions for holder in holders}
