"""Moving a case between key groups (flow 7 of the vault's design): the same keys under another group's root.

Records are not touched. What is written after the move lies under new keys: whoever knew the old ones and is not in the
new group cannot read it.
"""

import secrets
import uuid
from functools import partial

from cellule.vault.models import OwnerKey
from cellule.vault.owner_keys import Owner, unwrapped_key, wrapped_key
from cellule.vault.unlocked import HeldElsewhere, NotAMember, Unlocked


def move(unlocked: Unlocked, owner: Owner, to_group: uuid.UUID) -> None:
    """Give all keys of an owner to another group, and mint the version of each compartment that is written next.

    Inside the caller's transaction, which locked the owner's row first (writers share-lock it: nobody is sealing
    meanwhile), and which then sets `owner.key_holder` and saves it. Raises NotAMember unless the person is in both
    groups, CannotOpen when a key was tampered with; nothing is changed then.
    """
    if not unlocked.memberships.keys() >= {owner.key_holder, to_group}:
        raise NotAMember
    if to_group == owner.key_holder:
        return
    rows = list(OwnerKey.objects.select_for_update().filter(owner=owner.pk).order_by("version"))
    held = [row for row in rows if row.holder == owner.key_holder]
    # Either the owner's row names a group that holds none of its keys, or keys were put into the way; which of them
    # are the good ones nobody can tell, so none is deleted.
    if (rows and not held) or any(row.holder == to_group for row in rows):
        raise HeldElsewhere
    epoch = unlocked.newest_epoch(to_group)
    wrapping = unlocked.wrapping_key(to_group, epoch)
    wrapped = partial(wrapped_key, wrapping=wrapping, owner=owner.pk, holder=to_group, epoch=epoch)
    moved = [
        wrapped(
            unwrapped_key(row, unlocked.wrapping_key(row.holder, row.epoch)),
            compartment=row.compartment,
            version=row.version,
        )
        for row in held
    ]
    newest = {row.compartment: row.version for row in rows}
    minted = [
        wrapped(secrets.token_bytes(32), compartment=compartment, version=newest[compartment] + 1)
        for compartment in {row.compartment for row in held}
    ]
    OwnerKey.objects.filter(pk__in=[row.pk for row in held]).delete()
    OwnerKey.objects.bulk_create([*moved, *minted])
