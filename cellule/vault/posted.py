"""A key in another group's post box, signed by who put it there: a member of the unit, or of an agency.

HPKE proves no sender. Without the signature whoever writes to the database could leave a key of their own there, and
everything the agency then writes under it would be theirs to read.

Wrap: version(1) suite(1) epoch(4) sender(16) roster(4) signature(64) and an HPKE wrap (suite 2); suite 3.
"""

import struct
import uuid
from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey
from django.db import connection

from cellule.vault.identities import GroupRoot, PublicIdentity
from cellule.vault.models import OwnerKey
from cellule.vault.owner_keys import WrappedKey, binding_of, wrapped_key
from cellule.vault.rosters import VerifiedRoster
from cellule.vault.sealing import FORMAT_VERSION, UnknownFormat, length_prefixed, unwrap_from, wrap_suite, wrap_to
from cellule.vault.senders import Forged, Sender, keys_of, sender_of
from cellule.vault.unlocked import Unlocked

SUITE_POSTED = 3

_header = struct.Struct(">BBI16sI64s")

# Where a wrap lies as it was read and nobody else is at it, so that two readers at once do not wait for each other.
_REPLACE = """
WITH opened AS (
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::int[], %s::bytea[], %s::bytea[])
        AS opened (owner, compartment, version, read, wrap)
), held AS (
    SELECT k.id, opened.wrap FROM keys.vault_ownerkey k JOIN opened
        ON (k.owner, k.compartment, k.version, k.wrap) = (opened.owner, opened.compartment, opened.version, opened.read)
    WHERE k.holder = %s
    FOR UPDATE OF k SKIP LOCKED
)
UPDATE keys.vault_ownerkey k SET wrap = held.wrap FROM held WHERE k.id = held.id
"""


def posted_key(
    key: bytes,
    box: MLKEM768X25519PublicKey,
    by: Unlocked,
    sender: Sender | None = None,
    *,
    owner: uuid.UUID,
    compartment: str,
    version: int,
    holder: uuid.UUID,
    epoch: int,
) -> OwnerKey:
    """Make the row of an owner key (32 bytes, and what is to be known of it) in the post box of a group's epoch, signed (not saved).

    `sender`: whose name it bears; a person of the unit, if none is given (NotAMember for somebody who is not).
    """
    sender = sender or sender_of(by)
    row = OwnerKey(owner=owner, compartment=compartment, version=version, holder=holder, epoch=epoch)
    wrapped = wrap_to(box, epoch, key, binding_of(row))
    signature = by.identity.sign(_message(row, sender, wrapped))
    row.wrap = _header.pack(FORMAT_VERSION, SUITE_POSTED, epoch, sender.user.bytes, sender.roster, signature) + wrapped
    return row


def taken_out(
    unlocked: Unlocked,
    rows: Sequence[WrappedKey],
    senders: Callable[[WrappedKey], VerifiedRoster | None] = lambda row: None,
) -> list[WrappedKey]:
    """The same keys: what lies in the post box of a group is opened and put under its root, for good.

    `senders`: the rosters of those who may have put a key there (None: the unit's). Later openings need no public-key
    work. Raises NotAMember, CannotOpen, Forged.
    """
    by_sides: dict[tuple[uuid.UUID, uuid.UUID | None], list[WrappedKey]] = {}
    rosters: dict[uuid.UUID | None, VerifiedRoster | None] = {}
    for row in rows:
        if wrap_suite(row.wrap) == SUITE_POSTED:
            roster = senders(row)
            group = roster.body.group if roster else None
            rosters[group] = roster
            by_sides.setdefault((row.holder, group), []).append(row)
    opened: dict[WrappedKey, WrappedKey] = {}
    for (holder, group), posted in by_sides.items():
        opened |= _kept(unlocked, posted, holder, rosters[group])
    return [opened.get(row, row) for row in rows]


def _kept(
    unlocked: Unlocked, posted: Sequence[WrappedKey], holder: uuid.UUID, roster: VerifiedRoster | None
) -> dict[WrappedKey, WrappedKey]:
    known = keys_of((_sender(row) for row in posted), roster)
    opened = {row: _under_root(unlocked, row, known) for row in posted}
    changes = [(row.owner, row.compartment, row.version, row.wrap, new.wrap) for row, new in opened.items()]
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, [*map(list, zip(*changes, strict=True)), holder])
    return opened


def _under_root(unlocked: Unlocked, row: WrappedKey, known: dict[Sender, PublicIdentity]) -> WrappedKey:
    root = unlocked.root(row.holder, row.epoch)
    kept = wrapped_key(
        opened_key(row, root, known.get(_sender(row))),
        root.wrapping,
        owner=row.owner,
        compartment=row.compartment,
        version=row.version,
        holder=row.holder,
        epoch=row.epoch,
    )
    return row._replace(wrap=bytes(kept.wrap))


def opened_key(row: WrappedKey, root: GroupRoot, public: PublicIdentity | None) -> bytes:
    """Open the key in a posted row with the root of its epoch; `public`: the keys of the sender named there, if known.

    Raises Forged unless the sender signed this wrap for this row, CannotOpen, UnknownFormat.
    """
    version, suite, epoch, _, _, signature = _header.unpack_from(row.wrap)
    sender, wrapped = _sender(row), row.wrap[_header.size :]
    if (version, suite) != (FORMAT_VERSION, SUITE_POSTED):
        raise UnknownFormat
    if epoch != row.epoch or public is None or not public.verifies(signature, _message(row, sender, wrapped)):
        raise Forged
    return unwrap_from(root.post_box, wrapped, binding_of(row))


def _sender(row: WrappedKey) -> Sender:
    if len(row.wrap) < _header.size:
        raise UnknownFormat
    _, _, _, user, roster, _ = _header.unpack_from(row.wrap)
    return Sender(uuid.UUID(bytes=user), roster)


def _message(row: OwnerKey | WrappedKey, sender: Sender, wrapped: bytes) -> bytes:
    named = (sender.user.bytes, str(sender.roster).encode())
    return b"cellule/1/posted key\x00" + length_prefixed(binding_of(row), *named, wrapped)
