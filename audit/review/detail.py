"""Reading the sealed detail of an entry, which is itself an act."""

from typing import Any

from django.db import transaction

from audit.log.models import Entry
from audit.log.record import record
from cellule.accounts.acting import Acting
from cellule.vault.actions import LETTER_OPENED
from cellule.vault.letters import commitment, open_letter
from cellule.vault.models import Letter
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import NotAMember


class NotTheDetail(CannotOpen):
    """The letter opens, but it is not what the log committed itself to."""


def has_letter_for(entry: Entry, acting: Acting) -> bool:
    """Whether the entry has a sealed detail that this person's keys can open."""
    if entry.detail_commitment is None:
        return False
    letter = Letter.objects.filter(row=entry.pk).first()
    return letter is not None and letter.group in acting.vault.memberships


def open_detail(entry: Entry, acting: Acting) -> dict[str, Any]:
    """Give an entry's sealed detail, after the opening itself has been recorded and committed.

    Raises Letter.DoesNotExist (none was written, or it was destroyed), NotAMember, CannotOpen, NotTheDetail.
    """
    letter = Letter.objects.get(row=entry.pk)
    if letter.group not in acting.vault.memberships:
        raise NotAMember
    with transaction.atomic(durable=True):
        record(LETTER_OPENED, by=acting.actor, subject_type="log_entry", reference=str(entry.pk))
    document, salt = open_letter(acting.vault, letter)
    if commitment(document, salt) != bytes(entry.detail_commitment or b""):
        raise NotTheDetail
    return document
