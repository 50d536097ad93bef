"""One round over the three columns: what a text of 60 characters costs to read and to write, in µs."""

import os
import random
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from cases.actions import CASE_OPENED
from cases.models import Case
from cellule.accounts.fiction import act_as
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import pad, record_header
from cellule.vault.unlocked import OpenedOwner, Sealer
from tests.bench.sealed.models import ClearText, FernetText, SealedText, Text
from tests.bench.story import short

ROWS = 1000


class Columns:
    """Rows in all three tables, and the keys of the case that they belong to."""

    def __init__(self, email: str, passphrase: str) -> None:
        acting = act_as(email, passphrase)
        case = Case.objects.visible_to(acting.user).first()
        told = {"action": CASE_OPENED, "by": acting.actor, "relation": case.relation_to(acting.user)}
        self.opened: OpenedOwner = acting.vault.open_owner(case, [Compartment.STORY], **told)
        self.sealer: Sealer = acting.vault.sealer(case, Compartment.STORY)
        self.owner: uuid.UUID = case.pk
        pick = random.Random(60)
        self.texts = [short(pick) for _ in range(ROWS)]
        for model in (ClearText, SealedText, FernetText):
            self._fill(model)
        self._prepare_raw()

    def _fill(self, model: type[models.Model]) -> None:
        if model is SealedText:
            rows = []
            for text in self.texts:
                row = SealedText(owner=self.owner)
                self.sealer.write(row, "text", Text(text))
                rows.append(row)
        else:
            rows = [model(owner=self.owner, text=text) for text in self.texts]
        model._default_manager.bulk_create(rows)

    def _prepare_raw(self) -> None:
        """What the sealed column holds, byte for byte, under a key whose bytes are at hand."""
        self.key = secrets.token_bytes(32)
        bare = AESGCM(self.key)
        field = SealedText._meta.get_field("text")
        rows = list(SealedText.objects.all())
        self.documents = [
            (pad(orjson.dumps([field.schema, self.opened.read(row, "text")])), record_header(1) + field.context(row))
            for row in rows
        ]
        nonces = [os.urandom(12) for _ in rows]
        self.sealed = [
            (nonce, bare.encrypt(nonce, text, bound), bound)
            for nonce, (text, bound) in zip(nonces, self.documents, strict=True)
        ]

    # --- Reading: every row of the table, and its text ----------------------------------------------

    def read_plain(self) -> None:
        for row in ClearText.objects.all():
            row.text  # noqa: B018

    def read_sealed(self) -> None:
        for row in SealedText.objects.all():
            self.opened.read(row, "text").body  # noqa: B018

    def read_fernet(self) -> None:
        for row in FernetText.objects.all():
            row.text  # noqa: B018

    def read_raw(self) -> None:
        """Bare AES-GCM: from the bytes of key, nonce, text and additional data."""
        for nonce, sealed, bound in self.sealed:
            AESGCM(self.key).decrypt(nonce, sealed, bound)

    def read_ready(self) -> None:
        """The same with a key that was set up before."""
        ready = AESGCM(self.key)
        for nonce, sealed, bound in self.sealed:
            ready.decrypt(nonce, sealed, bound)

    # --- Writing: as many new rows -------------------------------------------------------------------

    def write_plain(self) -> None:
        self._fill(ClearText)

    def write_sealed(self) -> None:
        self._fill(SealedText)

    def write_fernet(self) -> None:
        self._fill(FernetText)

    def write_raw(self) -> None:
        for text, bound in self.documents:
            AESGCM(self.key).encrypt(os.urandom(12), text, bound)

    def write_ready(self) -> None:
        ready = AESGCM(self.key)
        for text, bound in self.documents:
            ready.encrypt(os.urandom(12), text, bound)

    def empty(self) -> None:
        for model in (ClearText, SealedText, FernetText):
            model._default_manager.all().delete()
            self._fill(model)


_kept: dict[str, Columns] = {}
_WAYS = ("plain", "sealed", "fernet", "raw", "ready")


def prepare(email: str, passphrase: str) -> None:
    _kept["columns"] = Columns(email, passphrase)


def read(turn: int) -> dict[str, float]:
    """µs for each row, by way; the order of the ways changes from turn to turn."""
    return _times("read", turn)


def write(turn: int) -> dict[str, float]:
    """µs for each row, by way; afterwards the tables are as they were."""
    times = _times("write", turn)
    _kept["columns"].empty()
    return times


def _times(verb: str, turn: int) -> dict[str, float]:
    ways = (*_WAYS[turn % len(_WAYS) :], *_WAYS[: turn % len(_WAYS)])
    return {way: _time(getattr(_kept["columns"], f"{verb}_{way}")) for way in ways}


def _time(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) / ROWS * 1e6
