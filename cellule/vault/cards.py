"""Opening many owners at once to look for something in them, under the one entry that says somebody searched.

What fits is shown by a list, with an entry of its own that names it; what does not fit leaves nothing behind.
"""

import uuid
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.log.models import Entry
from cellule.vault.models.owner import Compartment
from cellule.vault.owner_keys import Owner, owner_keys, unwrapped_key
from cellule.vault.sealing import CannotOpen, record_header
from cellule.vault.unlocked import OpenedOwner, Unlocked


def open_for_search(
    unlocked: Unlocked, owners: Sequence[Owner], compartments: Sequence[Compartment], entry: Entry
) -> dict[uuid.UUID, OpenedOwner]:
    """Open compartments of owners under a committed entry of this person that says what they searched for.

    An owner whose keys cannot be opened has none here: one that was tampered with must not hide all the others.
    Raises ValueError for somebody else's entry, NotAMember for an owner of another group.
    """
    if entry.actor_id != str(unlocked.user):
        raise ValueError("this entry tells of another person")
    holders = {owner.pk: owner.key_holder for owner in owners}
    opened: dict[uuid.UUID, OpenedOwner] = {pk: OpenedOwner(pk, {}) for pk in holders}
    for row in owner_keys(owners, compartments) if owners else ():
        if row.holder != holders[row.owner]:
            continue
        wrapping = unlocked.wrapping_key(row.holder, row.epoch)
        try:
            opened[row.owner].keys[row.compartment, record_header(row.version)] = AESGCM(unwrapped_key(row, wrapping))
        except CannotOpen:
            continue
    return opened
