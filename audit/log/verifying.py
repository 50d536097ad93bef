"""One verification from its beginning, or from where one was broken off, to its result, which is kept."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from audit.log import key, tree
from audit.log.merkle import Frontier
from audit.log.models import Checkpoint, Verification
from audit.log.models.tile import WIDTH
from audit.log.note import NotSigned, VerifierKey
from audit.log.verification import Broken, Progress, verify_rest, verify_tree, whole_view
from audit.log.witnesses.comparison import compare
from audit.log.witnesses.publishing import configured

Comparison = Callable[[], None]
_comparisons: list[Comparison] = []


def compared(comparison: Comparison) -> Comparison:
    """Declare what a room holds against the log in every verification; it raises Broken where they differ."""
    _comparisons.append(comparison)
    return comparison


def verify(progress: Progress, *, tell: Callable[[Progress], None] = lambda _progress: None) -> Verification:
    """Check everything from `progress` on, and keep and give the result."""
    started, first, fault, place = timezone.now(), progress.edge.size, "", ""
    try:
        with whole_view():
            verify_tree(progress, tell=tell)
            verify_rest()
            compare(configured())
            for comparison in _comparisons:
                comparison()
    except Broken as broken:
        fault, place = broken.fault.value, broken.place
    result = Verification(
        started_at=started,
        ended_at=timezone.now(),
        checkpoint=progress.number,
        first=first,
        size=progress.size,
        fault=fault,
        place=place[:200],
    )
    result.save(force_insert=True)
    return result


def beginning(pinned: str = "") -> Progress:
    """Give the progress of a verification that begins with the first entry; `pinned`: the log's first verifier key."""
    return Progress(VerifierKey.parse(pinned or key.read().first))


def kept(path: Path, pinned: str = "") -> Progress:
    """Give the progress kept in a file, or a new beginning when there is none."""
    if not path.exists():
        return beginning(pinned)
    told = json.loads(path.read_text(encoding="utf-8"))
    edge = Frontier(told["edge_size"], [(level, bytes.fromhex(found)) for level, found in told["edge"]])
    at = datetime.fromisoformat(told["at"]) if told["at"] else None
    return Progress(VerifierKey.parse(told["key"]), told["number"], told["size"], at, edge)


def keep(path: Path, progress: Progress) -> None:
    """Keep the progress in a file, whole or not at all."""
    told = {
        "key": str(progress.key),
        "number": progress.number,
        "size": progress.size,
        "at": progress.at.isoformat() if progress.at else "",
        "edge_size": progress.edge.size,
        "edge": [(level, found.hex()) for level, found in progress.edge.subtrees],
    }
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(told), encoding="utf-8")
    beside.replace(path)


def newest_part() -> Progress:
    """Give where the last sound verification ended, read from the tree and held against its checkpoint.

    The beginning when there was none yet, or when what it ended with is not there any more.
    """
    last = Verification.objects.filter(fault="", checkpoint__gt=0).order_by("-id").first()
    checkpoint = Checkpoint.objects.filter(number=last.checkpoint).first() if last else None
    if checkpoint is None:
        return beginning()
    try:
        statement, signer = checkpoint.statement, _key_at(checkpoint.number)
        following = statement.key_after(checkpoint.note, signer)
        if tree.root_at(statement.size) != statement.root:
            return beginning()
        edge = tree.frontier(statement.size // WIDTH * WIDTH)
    except (NotSigned, tree.TreeIncomplete):
        return beginning()
    return Progress(following, checkpoint.number, statement.size, statement.at, edge)


def _key_at(number: int) -> VerifierKey:
    """Give the key that signed a checkpoint, by way of every change of keys before it. Raises NotSigned."""
    signer = beginning().key
    changes = Checkpoint.objects.filter(number__lt=number, note__contains="\nnext-key ").order_by("number")
    for change in changes:
        signer = change.statement.key_after(change.note, signer)
    return signer
