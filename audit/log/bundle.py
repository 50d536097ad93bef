"""The log as one file that anybody can check without this server: entries, leaves, tiles, checkpoints and proofs.

A ZIP in the layout of C2SP tlog-tiles (`tile/0/000` …, `tile/entries/000` …), with every checkpoint in
`checkpoints.jsonl`, witnesses' signature lines in `receipts.jsonl`, proofs in `proofs.jsonl`, what was removed by rule
in `forgotten.jsonl` and the log's first verifier key in `key`. `verify_bundle.py` reads it.
"""

import base64
import json
import time
import zipfile
from collections.abc import Iterator
from typing import IO

from django.db import connection

from audit.log import key, merkle, tree
from audit.log.actions import FORGOTTEN
from audit.log.bodies import BODY_OF_COLUMNS
from audit.log.models import Checkpoint, Entry, Forgotten, ForgottenCount, Leaf, Receipt
from audit.log.models.tile import WIDTH
from audit.log.retention import nothing_removed

# The newest checkpoint is proved to lead on from so many before it.
_PROVED = 20
# How long a removal may wait for the sequencer, which takes what is new within a second.
_PATIENCE_SECONDS = 10


class NothingSigned(Exception):
    """The log has no checkpoint yet."""


class RemovalUnsigned(Exception):
    """Entries were removed, and the log has not signed since: the file could not tell what is missing in it."""


def export(target: IO[bytes]) -> Checkpoint:
    """Write the bundle up to the newest checkpoint, and give that.

    Raises NothingSigned, RemovalUnsigned, NoKey, TreeIncomplete.
    """
    with nothing_removed():
        newest = _newest()
        # Nothing else that is up to a checkpoint ever changes, so that no long transaction is needed.
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle:
            _write(bundle, newest)
    return newest


def _newest() -> Checkpoint:
    """Give the newest checkpoint, as soon as it holds the entry that tells of the last removal."""
    # Removals come one after the other, so that whoever holds the last of them holds them all.
    last = Entry.objects.filter(action=FORGOTTEN.code).newest_first().first()
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        newest = Checkpoint.objects.order_by("-number").first()
        if newest is None:
            raise NothingSigned
        if last is None or Leaf.objects.filter(entry=last.pk, position__lt=newest.size).exists():
            return newest
        if time.monotonic() > until:
            raise RemovalUnsigned
        time.sleep(0.1)


def _write(bundle: zipfile.ZipFile, newest: Checkpoint) -> None:
    bundle.writestr("key", key.read().first + "\n")
    bundle.writestr("checkpoint", newest.note)
    _write_lines(bundle, "checkpoints.jsonl", _checkpoints(newest))
    _write_lines(bundle, "receipts.jsonl", _receipts(newest))
    _write_lines(bundle, "proofs.jsonl", _proofs(newest))
    _write_lines(bundle, "forgotten.jsonl", _forgotten(newest))
    for level, index, width in tree.tiles(newest.size):
        hashes = tree.hashes(level, index * WIDTH, index * WIDTH + width)
        bundle.writestr(tree.tile_path(level, index, width), b"".join(hashes))
        if level == 0:
            bundle.writestr(tree.tile_path("entries", index, width), _bodies(index * WIDTH, width))


def _bodies(start: int, width: int) -> bytes:
    """The bodies of one tile, each after its length in two bytes; an entry that is gone has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce({BODY_OF_COLUMNS}, ''::bytea) FROM log_leaf l LEFT JOIN log_entry e ON e.id = l.entry"
            " WHERE l.position >= %s AND l.position < %s ORDER BY l.position",
            [start, start + width],
        )
        return b"".join(len(body).to_bytes(2, "big") + bytes(body) for (body,) in cursor.fetchall())


def _checkpoints(newest: Checkpoint) -> Iterator[dict]:
    checkpoints = Checkpoint.objects.filter(number__lte=newest.number).order_by("number")
    for number, note in checkpoints.values_list("number", "note").iterator():
        yield {"number": number, "note": note}


def _receipts(newest: Checkpoint) -> Iterator[dict]:
    receipts = Receipt.objects.filter(checkpoint__lte=newest.number).exclude(words="").order_by("id")
    for receipt in receipts.iterator():
        yield {"witness": receipt.witness, "number": receipt.checkpoint, "words": receipt.words}


def _proofs(newest: Checkpoint) -> Iterator[dict]:
    """The last entry is in the tree; the checkpoints before the newest begin the same tree."""
    if newest.size:
        last = newest.size - 1
        leaf = bytes(Leaf.objects.values_list("hash", flat=True).get(position=last))
        proof = _words(tree.inclusion(last, newest.size))
        yield {"position": last, "leaf": base64.b64encode(leaf).decode(), "size": newest.size, "proof": proof}
    before = Checkpoint.objects.filter(number__lte=newest.number).order_by("-number")
    for number, size in before.values_list("number", "size")[:_PROVED]:
        proof = _words(merkle.consistency_proof(tree.perfect, size, newest.size))
        yield {"number": number, "old": size, "size": newest.size, "proof": proof}


def _forgotten(newest: Checkpoint) -> Iterator[dict]:
    """What was removed by rule; nothing of that lies beyond a checkpoint, but the entry that tells of it may."""
    told = Entry.objects.filter(
        action=FORGOTTEN.code, pk__in=Leaf.objects.filter(position__lt=newest.size).values("entry")
    )
    for mark in told.order_by("id").values_list("reference", flat=True).iterator():
        ranges = Forgotten.objects.filter(mark=mark).order_by("first").values_list("first", "last", "checkpoint")
        counts = ForgottenCount.objects.filter(mark=mark).values_list("session", "entries")
        yield {"ranges": list(ranges), "counts": sorted((str(session), entries) for session, entries in counts)}


def _words(proof: list[bytes]) -> list[str]:
    return [base64.b64encode(each).decode() for each in proof]


def _write_lines(bundle: zipfile.ZipFile, name: str, told: Iterator[dict]) -> None:
    with bundle.open(name, "w", force_zip64=True) as file:
        for each in told:
            file.write((json.dumps(each, ensure_ascii=False) + "\n").encode())
