"""Letters to a group's post box: sealed by somebody who cannot read them again.

The body lies under a letter key, bound to purpose, group, epoch and row. HPKE proves no sender: a detail of the log
has its commitment in the log's own entry.
"""

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cellule.vault.identities import decode_box
from cellule.vault.models import Letter, LetterKey
from cellule.vault.rosters import VerifiedRoster, verified_of
from cellule.vault.sealing import (
    CannotOpen,
    length_prefixed,
    open_record,
    seal_record,
    unwrap_from,
    wrap_to,
)
from cellule.vault.unlocked import NotAMember, Unlocked


def commitment(document: dict[str, Any], salt: bytes) -> bytes:
    """What the log says of a detail that lies elsewhere: SHA-256 over a salt and the detail."""
    encoded = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(b"cellule/1/detail\x00" + length_prefixed(salt, encoded)).digest()


def new_salt() -> bytes:
    return secrets.token_bytes(16)


def post_box(kind: str, known: Iterable[VerifiedRoster] | None = None) -> VerifiedRoster:
    """The verified roster whose post box takes letters for a group of the house (NotAMember when nobody can read yet).

    `known`: the newest rosters of the house, where this request has verified them already.
    """
    roster = verified_of(kind) if known is None else next((each for each in known if each.body.kind == kind), None)
    if roster is None or not roster.body.post_box:
        raise NotAMember
    return roster


def write_letter(kind: str, purpose: str, row: uuid.UUID, document: dict[str, Any], salt: bytes) -> Letter:
    """Seal a letter to a kind of group (inside the act's transaction). Raises NotAMember when it has no post box."""
    return write_to(post_box(kind), purpose, row, document, salt)


def write_to(roster: VerifiedRoster, purpose: str, row: uuid.UUID, document: dict[str, Any], salt: bytes) -> Letter:
    """Seal a letter to the group of a verified roster that has a post box (inside the act's transaction)."""
    letter = Letter(purpose=purpose, group=roster.body.group, epoch=roster.body.epoch, row=row)
    key = secrets.token_bytes(32)
    content = orjson.dumps({"document": document, "salt": salt.hex()})
    letter.sealed = seal_record(AESGCM(key), 1, _binding(letter), content)
    letter.save(force_insert=True)
    wrapped = wrap_to(decode_box(roster.body.post_box), letter.epoch, key, _binding(letter))
    LetterKey.objects.create(letter=letter.pk, wrap=wrapped)
    return letter


def open_letter(unlocked: Unlocked, letter: Letter) -> tuple[dict[str, Any], bytes]:
    """Give a letter's document and salt to a member of its group. Raises NotAMember, CannotOpen."""
    root = unlocked.root(letter.group, letter.epoch)
    half = LetterKey.objects.filter(letter=letter.pk).first()
    if half is None:
        raise CannotOpen
    key = unwrap_from(root.post_box, bytes(half.wrap), _binding(letter))
    content = orjson.loads(open_record(AESGCM(key), _binding(letter), bytes(letter.sealed)))
    return content["document"], bytes.fromhex(content["salt"])


def _binding(letter: Letter) -> bytes:
    return length_prefixed(
        b"letter", letter.purpose.encode(), letter.group.bytes, str(letter.epoch).encode(), letter.row.bytes
    )
