"""Records in an older shape of their document are sealed anew in the newest one, by a member, with nobody looking.

A document rises by itself whenever it is opened; this makes it stick, so that a later release may forget the old shape.
Each batch is one transaction: broken off anywhere, it goes on where it stopped, for what has risen is left alone.
Packets stay as they were sent: their ciphertext is what their sender has signed.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

import orjson
from django.apps import apps
from django.db import models, transaction
from django.db.models import Model, Q

from audit.log.actor import Actor
from cellule.vault.actions import RESEALED
from cellule.vault.fields import SealedDocument
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen, open_record
from cellule.vault.unlocked import OpenedOwner, Unlocked

# Locked together: a person who saves waits for no more than these.
BATCH = 20
_OF_A_CASE = (Compartment.CONTACT, Compartment.IDENTITY, Compartment.STORY, Compartment.ORDINARY)


@dataclass(frozen=True)
class Contract:
    """A sealed column whose document has changed its shape, and whose owner is `owner_model`."""

    model: type[Model]
    field: SealedDocument
    owner_model: type[Model]

    @property
    def owned_by(self) -> str:
        return self.field.owner


@dataclass
class Resealed:
    """What became of one batch: values that rose, values that were in the newest shape, values that did not open."""

    owners: int = 0
    raised: int = 0
    newest: int = 0
    unopened: int = 0

    def add(self, other: "Resealed") -> None:
        for name in ("owners", "raised", "newest", "unopened"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def raised_contracts() -> list[Contract]:
    """The sealed columns in which an older shape may lie."""
    return [
        Contract(model, field, _owner_model(model, field))
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedDocument) and field.schema > 1 and field.compartment in _OF_A_CASE
    ]


def _owner_model(model: type[Model], field: SealedDocument) -> Any:
    return model if field.owner == "pk" else model._meta.get_field(field.owner.removesuffix("_id")).related_model


def owners_of(unlocked: Unlocked, contracts: list[Contract]) -> list[tuple[type[Model], list[uuid.UUID]]]:
    """The owners with something in such columns, of whom this person holds the keys, by model."""
    held = list(unlocked.memberships)
    found = []
    for model in {contract.owner_model for contract in contracts}:
        filled = Q()
        for contract in contracts:
            if contract.owner_model is model:
                filled |= Q(pk__in=_rows(contract).values(contract.owned_by))
        owners = model._default_manager.filter(filled, key_holder__in=held).order_by("pk")
        found.append((model, list(owners.values_list("pk", flat=True))))
    return found


def _rows(contract: Contract) -> models.QuerySet:
    """The rows in which the column is not empty."""
    return contract.model._default_manager.exclude(**{f"{contract.field.name}__isnull": True})


def reseal(unlocked: Unlocked, by: Actor) -> Iterator[Resealed]:
    """Seal everything within reach in its newest shape; gives what became of each batch, after its commit.

    The log names the owners of each batch before they are opened. Raises TurnIsDue, NotAMember.
    """
    contracts = raised_contracts()
    for model, owners in owners_of(unlocked, contracts):
        own = [contract for contract in contracts if contract.owner_model is model]
        for some in batched(owners, BATCH, strict=False):
            yield _batch(unlocked, model, list(some), own, by)


def _batch(
    unlocked: Unlocked, model: type[Model], pks: list[uuid.UUID], contracts: list[Contract], by: Actor
) -> Resealed:
    compartments = sorted({Compartment(contract.field.compartment) for contract in contracts})
    held = list(unlocked.memberships)
    owners: list[Any] = list(model._default_manager.filter(pk__in=pks, key_holder__in=held))
    opened = unlocked.open_owners(owners, compartments, action=RESEALED, by=by)
    done = Resealed(owners=len(pks))
    with transaction.atomic():
        # A case that was moved, or written under a newer key, since it was opened: its turn comes with the next run.
        locked = model._default_manager.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
        for owner in locked:
            if (known := opened.get(owner.pk)) is not None:
                _owner(unlocked, owner, known, contracts, done)
    return done


def _owner(unlocked: Unlocked, owner: Any, opened: OpenedOwner, contracts: list[Contract], done: Resealed) -> None:
    sealer = None
    for contract in contracts:
        for row in _rows(contract).filter(**{contract.owned_by: owner.pk}):
            try:
                document = _older(contract.field, row, opened)
            except CannotOpen:
                done.unopened += 1
                continue
            if document is None:
                done.newest += 1
                continue
            sealer = sealer or unlocked.sealer(owner, *{Compartment(each.field.compartment) for each in contracts})
            sealer.write(row, contract.field.name, document)
            models.Model.save(row, update_fields=[contract.field.name])
            done.raised += 1


def _older(field: SealedDocument, row: Model, opened: OpenedOwner) -> Any:
    """The document of a row lifted to the newest shape, None when it is in that shape already. Raises CannotOpen."""
    record = bytes(row.__dict__[field.attname])
    key = opened.keys.get((field.compartment, record[:6]))
    if key is None:
        raise CannotOpen
    shape: Any = field.document
    schema, content = orjson.loads(open_record(key, field.context(row), record))
    return None if schema == field.schema else shape(**shape.raised(schema, content))
