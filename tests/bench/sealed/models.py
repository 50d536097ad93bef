"""One text in three columns: sealed, clear, and under Fernet."""

import uuid
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet
from django.db import models

from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment

_fernet = Fernet(Fernet.generate_key())


class FernetField(models.TextField):
    """A text under one key of the process, as the usual libraries of encrypted fields keep it."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else _fernet.decrypt(value).decode()

    def get_prep_value(self, value: str | None) -> str | None:
        return None if value is None else _fernet.encrypt(value.encode()).decode()


@dataclass(frozen=True)
class Text:
    body: str


class SealedText(SealedModel):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.UUIDField()
    text = SealedDocument("bench.sealedtext.text", document=Text, compartment=Compartment.STORY, owner="owner")

    def __str__(self) -> str:
        return "text"


class ClearText(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.UUIDField()
    text = models.TextField()

    def __str__(self) -> str:
        return "text"


class FernetText(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.UUIDField()
    text = FernetField()

    def __str__(self) -> str:
        return "text"


class Act(models.Model):
    """What a writer does besides the log: one row."""

    writer = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return "act"


class Chained(models.Model):
    """One entry of the usual chain: each holds the hash of the one before, so each waits for the one before."""

    body = models.BinaryField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return "chained"


class ChainHead(models.Model):
    """The newest hash of the chain, locked by whoever adds to it."""

    hash = models.BinaryField()

    def __str__(self) -> str:
        return "head"
