"""Destroying without any key (flow 10 of the vault's design): what lies in the key schema goes, so every copy is dead.

All of it inside the caller's transaction, which locked the owner's row first: nobody seals, mints or moves meanwhile.
"""

import uuid
from collections.abc import Collection

from audit.log.models import Entry
from cellule.vault.models import FileKey, Letter, LetterKey, OwnerKey, SubjectRow
from cellule.vault.models.owner import Compartment


def destroy_keys(owners: Collection[uuid.UUID], compartments: Collection[Compartment] | None = None) -> set[uuid.UUID]:
    """Delete the keys of owners and of their files, in all versions and whoever holds them; gives the files' blobs.

    `compartments`: only what these hold; None for all of it. Nothing names the blobs any more: they may be discarded
    once the transaction is committed.
    """
    keys, files = OwnerKey.objects.filter(owner__in=owners), FileKey.objects.filter(owner__in=owners)
    if compartments is not None:
        keys, files = keys.filter(compartment__in=compartments), files.filter(compartment__in=compartments)
    blobs = set(files.values_list("blob", flat=True))
    keys.delete()
    files.delete()
    return blobs


def destroy_details(subject: uuid.UUID) -> int:
    """Delete the sealed details of all entries about a case, their keys first; the entries stay. Gives how many."""
    told = Entry.objects.filter(subject=subject, detail_commitment__isnull=False).order_by()
    letters = list(Letter.objects.filter(row__in=told.values("pk")).values_list("pk", flat=True))
    LetterKey.objects.filter(letter__in=letters).delete()
    return Letter.objects.filter(pk__in=letters).delete()[0]


def destroy_subject(owner: uuid.UUID) -> None:
    """Delete the log reference of a case: from now on nobody can say which entries were about it."""
    SubjectRow.objects.filter(owner=owner).delete()
