"""Reading the sealed detail of an entry, which is itself an act."""

from typing import Any

from django.db import transaction

from audit.log.models import Entry
from audit.log.record import record
from audit.review.models import Incident, Item
from cellule.accounts.acting import Acting
from cellule.accounts.models import User
from cellule.vault.actions import LETTER_OPENED
from cellule.vault.letters import commitment, open_letter
from cellule.vault.models import Letter
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import NotAMember


class NotTheDetail(CannotOpen):
    """The letter opens, but it is not what the log committed itself to."""


def has_letter_for(entry: Entry, acting: Acting) -> bool:
    """Whether the entry has a sealed detail that this person's keys can open."""
    if entry.detail_commitment is None or not _is_theirs_to_review(entry, acting.user):
        return False
    letter = Letter.objects.filter(row=entry.pk).first()
    return letter is not None and letter.group in acting.vault.memberships


def open_detail(entry: Entry, acting: Acting) -> dict[str, Any]:
    """Give an entry's sealed detail, after the opening itself has been recorded and committed.

    Raises Letter.DoesNotExist (none was written, or it was destroyed), NotAMember (also for who is judged in it),
    CannotOpen, NotTheDetail.
    """
    letter = Letter.objects.get(row=entry.pk)
    if letter.group not in acting.vault.memberships or not _is_theirs_to_review(entry, acting.user):
        raise NotAMember
    with transaction.atomic(durable=True):
        record(LETTER_OPENED, by=acting.actor, subject_type="log_entry", reference=str(entry.pk))
    document, salt = open_letter(acting.vault, letter)
    if commitment(document, salt) != bytes(entry.detail_commitment or b""):
        raise NotTheDetail
    return document


def _is_theirs_to_review(entry: Entry, user: User) -> bool:
    """Whether it is not about an act of their own: who reviews holds the key to what is written about any act."""
    if entry.subject_type == Item._meta.label_lower:
        return Item.objects.reviewed_by(user).filter(code=entry.reference).exists()
    if entry.subject_type == Incident._meta.label_lower:
        return Incident.objects.visible_to(user).filter(code=entry.reference).exists()
    return True
