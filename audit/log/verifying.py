"""One verification from its beginning, or from where one was broken off, to its result, which is kept."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from audit.log import key
from audit.log.merkle import Frontier
from audit.log.models import Verification
from audit.log.note import VerifierKey
from audit.log.verification import Broken, Progress, verify_rest, verify_tree, whole_view
from audit.log.witnesses.comparison import compare
from audit.log.witnesses.publishing import configured


def verify(progress: Progress, *, tell: Callable[[Progress], None] = lambda _progress: None) -> Verification:
    """Check everything from `progress` on, and keep and give the result."""
    started, first, fault, place = timezone.now(), progress.edge.size, "", ""
    try:
        with whole_view():
            verify_tree(progress, tell=tell)
            verify_rest()
            compare(configured())
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
