"""Reads with and without an entry in the log, in turns."""

import time
import uuid

from audit.log.actions import Relation
from audit.log.actor import Actor
from audit.log.record import record_read
from cases.actions import CASE_OPENED
from cases.models import Case


def reads(reference: str, times: int) -> list[tuple[float, float]]:
    """Milliseconds of a read without and with its entry (written and committed before), so many pairs."""
    actor = Actor(str(uuid.uuid4()), "caseworker", str(uuid.uuid4()), uuid.uuid4())
    return [(_read(reference), _read(reference, actor)) for _ in range(times)]


def _read(reference: str, actor: Actor | None = None) -> float:
    start = time.perf_counter()
    case = Case.objects.get(reference=reference)
    if actor is not None:
        record_read(
            CASE_OPENED,
            by=actor,
            subject_type="cases.case",
            reference=case.reference,
            subject=case.pk,
            relation=Relation.ASSIGNED,
            purpose="casework",
        )
    return (time.perf_counter() - start) * 1000
