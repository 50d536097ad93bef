"""Destroying a case, or one of its compartments, for good and without any key: first the keys, then rows and bytes.

When that is due, and who agrees to it, is said elsewhere. Rooms above say what of theirs dies too.
"""

import uuid
from collections.abc import Callable, Collection
from functools import partial

from django.db import models, transaction
from django.db.models import F

from audit.log.record import record
from cases.actions import CASE_DESTROYED, COMPARTMENT_DESTROYED
from cases.models import (
    Card,
    Case,
    Consent,
    Custody,
    File,
    Incident,
    Milestone,
    Need,
    Note,
    Participation,
    Person,
    RiskAssessment,
    SafeContact,
    destroy_cards,
    forget_blocks,
)
from cellule.notices.models import Notice
from cellule.steps import By
from cellule.vault import circles, parking
from cellule.vault.destroying import destroy_details, destroy_keys, destroy_subject
from cellule.vault.fields import SealedDocument
from cellule.vault.files import StoreAway, discard
from cellule.vault.models.owner import Compartment

DiesToo = Callable[[Case, Compartment | None], None]
_DIE_TOO: list[DiesToo] = []
# What a case is made of, so that nothing goes before what points at it.
_ROWS: tuple[type[models.Model], ...] = (
    Custody,
    File,
    Participation,
    Incident,
    Note,
    Need,
    SafeContact,
    Milestone,
    Person,
    RiskAssessment,
    Consent,
)
# These hold in clear what a person allowed until when: they outlive the words in them.
_STAY = (Consent,)
# A case that is worked on is never without it, dead or not.
_NEVER_EMPTY = ("cases.case.standing",)


def dies_too(handler: DiesToo) -> DiesToo:
    """Declare what dies with a case, or (the second argument) with one compartment of it.

    It is called with the rows of the case and of its consents locked, before anything of the case itself is gone. It
    deletes keys, and for a whole case its own rows, and may refuse nothing.
    """
    _DIE_TOO.append(handler)
    return handler


def destroy_case(case: Case, *, by: By) -> None:
    """Destroy a case: its keys in all versions, details in the log, drafts, cards and their blocks, then its rows.

    Inside the caller's transaction (TransactionManagementError without one). Raises Case.DoesNotExist when it is gone
    already. What was sent dies with it, at the agencies too; the log keeps its entries, which lead to nobody any more.
    """
    held = _held(case)
    told = held.told(by)
    for handler in _DIE_TOO:
        handler(held, None)
    destroy_cards(held.pk)
    _discard_later(destroy_keys([held.pk]))
    if told["subject"] is not None:
        destroy_details(told["subject"])
    destroy_subject(held.pk)
    parking.discard_about(held.code, besides=())
    Notice.objects.about(held.reference).lead_nowhere()
    circles.drop(held.pk)
    circles.forget(held.key_holder)
    held.notes.update(amends=None)
    for model in _ROWS:
        _rows(model, held).delete()
    Case.objects.filter(pk=held.pk).delete()
    record(CASE_DESTROYED, by=by.actor, **told)


def destroy_compartment(case: Case, compartment: Compartment, *, by: By) -> None:
    """Destroy one compartment of a case: its keys in all versions, cards' blocks, drafts, and what of the rows can go.

    Inside the caller's transaction (TransactionManagementError without one). Raises Case.DoesNotExist when the case is
    gone. Drafts may hold words of any compartment, so all about the case go. A column that may be empty is emptied,
    rows that hold nothing else go; anything else keeps bytes that no key opens.
    """
    held = _held(case)
    told = held.told(by)
    for handler in _DIE_TOO:
        handler(held, compartment)
    forget_blocks(Card.objects.filter(case=held.pk))
    _discard_later(destroy_keys([held.pk], [compartment]))
    parking.discard_about(held.code, besides=())
    if compartment == Compartment.STORY:
        held.notes.update(amends=None)
    for model in _ROWS:
        _empty(_rows(model, held), compartment)
    _empty(_rows(Card, held), compartment)
    _empty(Case.objects.filter(pk=held.pk), compartment)
    # Whoever still has a page of it is overtaken.
    Case.objects.filter(pk=held.pk).update(version=F("version") + 1)
    record(COMPARTMENT_DESTROYED, by=by.actor, purpose=compartment.value, **told)


def _held(case: Case) -> Case:
    """The row, locked before all that hangs on it: writers share-lock it. Then its consents, as everywhere."""
    held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    list(Consent.objects.select_for_update(of=("self",)).filter(case=held).order_by("pk").values_list("pk"))
    return held


def _rows(model: type[models.Model], case: Case) -> models.QuerySet:
    return model._default_manager.filter(case=case.pk)


def _empty(rows: models.QuerySet, compartment: Compartment) -> None:
    """Delete rows that hold nothing but this compartment; else empty what of it may be empty."""
    sealed = [field for field in rows.model._meta.concrete_fields if isinstance(field, SealedDocument)]
    dying = [field for field in sealed if field.compartment == compartment]
    if dying == sealed and rows.model not in (*_STAY, Case):
        rows.delete()
    elif empty := {field.name: None for field in dying if field.null and field.contract not in _NEVER_EMPTY}:
        rows.update(**empty)


def _discard_later(blobs: Collection[uuid.UUID]) -> None:
    """Take the bytes out of the store once it is certain that nothing opens them."""
    transaction.on_commit(partial(_discard, blobs))


def _discard(blobs: Collection[uuid.UUID]) -> None:
    try:
        for blob in blobs:
            discard(blob)
    except StoreAway:
        # The store is swept of what no key opens, every hour.
        return
