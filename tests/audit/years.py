"""A log that began years ago: entries with the times they would have had, placed and signed at those times."""

import uuid
from collections import Counter
from datetime import datetime, timedelta

from django.utils import timezone

from audit.log import key
from audit.log.identifier import uuid7
from audit.log.merkle import Frontier
from audit.log.models import Checkpoint, Entry, Leaf, SessionCounter, Tile
from audit.log.models.tile import HEIGHT
from audit.log.statement import Statement


def ago(*, years: float = 0, days: float = 0) -> datetime:
    """A moment so long before now; years are of 365 days."""
    return timezone.now().replace(microsecond=0) - timedelta(days=365 * years + days)


class Past:
    """Write entries of the past with `write`, then `sign` them at a moment; the house's sequencer goes on from there."""

    def __init__(self) -> None:
        self._signer = key.make().present
        self._edge, self._number, self._waiting = Frontier(), 0, []
        self._counters: Counter[uuid.UUID] = Counter()

    def write(self, at: datetime, *, session: uuid.UUID, **told) -> Entry:
        """An entry that opens a case, as an honest writer would have made it, but for what is told."""
        self._counters[session] += 1
        fields = {
            "at": at,
            "id": uuid7(at),
            "session": session,
            "counter": self._counters[session],
            "request": uuid.uuid4(),
            "actor_id": "somebody",
            "actor_role": "caseworker",
            "actor_organisation": "",
            "action": "cases.case_opened",
            "subject_type": "cases.case",
            "reference": "23456789",
            "shown": None,
            "subject": None,
            "relation": "assigned",
            "purpose": "",
            "outcome": "done",
            "detail_commitment": None,
        } | told
        entry = Entry(**fields)
        self._waiting.append(entry)
        return entry

    def sign(self, at: datetime) -> None:
        """Give what was written its places, and sign."""
        Entry.objects.bulk_create(self._waiting)
        for entry in self._waiting:
            Leaf.objects.create(position=self._edge.size, entry=entry.id, hash=entry.leaf)
            for level, index, found in self._edge.push(entry.leaf):
                if level % HEIGHT == 0:
                    Tile.objects.create(level=level // HEIGHT, index=index, hash=found)
        self._waiting = []
        self._number += 1
        told = Statement(self._signer.name, self._edge.size, self._edge.root(), self._number, at)
        Checkpoint.objects.create(number=self._number, at=at, size=self._edge.size, note=told.signed(self._signer))

    def end(self) -> None:
        """Leave the counters of the sessions as they stood at last."""
        SessionCounter.objects.bulk_create(
            SessionCounter(session=session, counter=counter) for session, counter in self._counters.items()
        )
