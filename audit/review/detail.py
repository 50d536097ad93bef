"""The sealed detail of an entry: what the log must keep, but only few may read."""

from typing import Any

from django.db import transaction

from audit.log.actions import Action
from audit.log.models import Entry
from audit.log.record import record
from cellule.accounts.acting import Acting
from cellule.vault.actions import LETTER_OPENED
from cellule.vault.letters import commitment, new_salt, open_letter, write_letter
from cellule.vault.models import Letter
from cellule.vault.unlocked import NotAMember

PURPOSE = "log.detail"


class NotTheDetail(Exception):
    """The letter opens, but it is not what the log committed itself to."""


def record_with_detail(action: Action, document: dict[str, Any], *, by: Acting) -> Entry:
    """Record an act; what was typed goes to the privacy officers only, and its commitment into the entry.

    Before the house has a privacy officer nobody could open such a letter: the act is recorded without one.
    """
    salt = new_salt()
    try:
        with transaction.atomic():
            entry = record(action, by=by.actor, detail_commitment=commitment(document, salt))
            write_letter("privacy", PURPOSE, entry.pk, document, salt)
    except NotAMember:
        entry = record(action, by=by.actor)
    return entry


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
