"""Sealed papers in folders: content of no room, so that tests of the vault change with the vault alone."""

import uuid
from dataclasses import dataclass

from django.db import models, transaction
from django.test.utils import isolate_apps

from audit.log.actions import Action, Relation
from cellule.accounts.acting import Acting
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models import OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import OpenedOwner, group_id

PARTS = (Compartment.STORY, Compartment.IDENTITY)
OPENED = Action("tests.folder_opened", "Opened a folder in a test")


@dataclass(frozen=True)
class Words:
    text: str


with isolate_apps():
    # No tables: folders live in memory, papers as they were sealed. Their keys are real rows.
    class Folder(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid.uuid4)
        key_holder = models.UUIDField()
        reference = models.CharField(max_length=8, default="7QK2M9XD")

        class Meta:
            app_label = "tests"

        def __str__(self) -> str:
            return self.reference

    class Paper(SealedModel):
        id = models.UUIDField(primary_key=True, default=uuid.uuid4)
        owner = models.UUIDField()
        story = SealedDocument("tests.paper.story", document=Words, compartment=Compartment.STORY, owner="owner")
        identity = SealedDocument(
            "tests.paper.identity", document=Words, compartment=Compartment.IDENTITY, owner="owner"
        )

        class Meta:
            app_label = "tests"

        def __str__(self) -> str:
            return "paper"


def folder_of(kind: str) -> Folder:
    """An empty folder that the one group of this kind holds."""
    return Folder(key_holder=group_id(kind))


def write(by: Acting, folder: Folder, text: str) -> Paper:
    """Seal a paper into a folder, the text in each of its parts."""
    with transaction.atomic():
        sealer = by.vault.sealer(folder, *PARTS)
    paper = Paper(owner=folder.pk)
    for part in PARTS:
        sealer.write(paper, part.value, Words(text))
    return paper


def open_folder(by: Acting, folder: Folder) -> OpenedOwner:
    return by.vault.open_owner(folder, PARTS, action=OPENED, by=by.actor, relation=Relation.NONE)


def read(opened: OpenedOwner, *papers: Paper) -> list[set[str]]:
    """The texts on each paper: one, when all its parts say the same."""
    return [{opened.read(paper, part.value).text for part in PARTS} for paper in papers]


def keys_of(folder: Folder) -> dict[tuple[str, int, uuid.UUID], bytes]:
    """The wraps of a folder's keys by compartment, version and holder."""
    rows = OwnerKey.objects.filter(owner=folder.pk)
    return {(row.compartment, row.version, row.holder): bytes(row.wrap) for row in rows}
