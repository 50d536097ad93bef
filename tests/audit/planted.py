"""Entries of another day: planted in the log with a written time, as they would have been written then."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from audit.log.actions import Action, Outcome, Relation
from audit.log.actor import Actor
from audit.log.identifier import uuid7
from audit.log.models import Checkpoint, Entry
from audit.log.note import SignerKey
from audit.log.statement import Statement
from audit.review.evaluating import evaluate
from audit.review.models import Signal
from audit.review.rules.rule import rule_called
from cases.actions import CASE_OPENED

# A Tuesday that is no holiday, before everything that the fictional house has done.
DAY = datetime(2026, 10, 6, tzinfo=ZoneInfo("America/Toronto"))


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """A moment of that Tuesday, or of so many days after it."""
    return DAY + timedelta(days=days, hours=hour, minutes=minute)


def person(role: str = "caseworker") -> Actor:
    return Actor(str(uuid.uuid4()), role, "Unité", uuid.uuid4())


@dataclass(frozen=True)
class Known:
    """A case as the log knows it."""

    reference: str = field(default_factory=lambda: uuid.uuid4().hex[:8].upper())
    subject: uuid.UUID = field(default_factory=uuid.uuid4)


_counters: dict[uuid.UUID, int] = {}


def plant(
    action: Action,
    by: Actor,
    moment: datetime,
    case: Known | None = None,
    *,
    relation: Relation = Relation.NONE,
    outcome: Outcome = Outcome.DONE,
    reference: str = "",
    purpose: str = "",
    shown: list[str] | None = None,
    request: uuid.UUID | None = None,
) -> Entry:
    """Write an entry of that moment, as the database does it for one of now."""
    _counters[by.session] = _counters.get(by.session, 0) + 1
    told = {
        "id": uuid7(moment),
        "at": moment,
        "session": by.session,
        "counter": _counters[by.session],
        "request": request or uuid.uuid4(),
        "actor_id": by.id,
        "actor_role": by.role,
        "actor_organisation": by.organisation,
        "action": action.code,
        "subject_type": "cases.case" if case else "",
        "reference": case.reference if case else reference,
        "shown": shown,
        "subject": case.subject if case else None,
        "relation": relation.value,
        "purpose": purpose,
        "outcome": outcome.value,
        "detail_commitment": None,
    }
    return Entry.objects.create(**told)


def checkpoint(number: int, moment: datetime, *, clock: int = 0) -> Checkpoint:
    """A checkpoint of that moment; `clock`: by how many microseconds it says that the clock jumped."""
    note = Statement("tests", 0, bytes(32), number, moment, clock).signed(SignerKey.make("tests"))
    return Checkpoint.objects.create(number=number, at=moment, size=0, note=note)


def opened(by: Actor, moment: datetime, case: Known, relation: Relation = Relation.NONE) -> Entry:
    return plant(CASE_OPENED, by, moment, case, relation=relation)


def signals(code: str, *, days: int = 4) -> list[Signal]:
    """Ask one rule what it finds; give its signals from that Tuesday on, the oldest first."""
    evaluate(rule_called(code), DAY + timedelta(days=days))
    return list(Signal.objects.filter(rule=code, at__gte=DAY).order_by("at", "key"))


def told(code: str, *, days: int = 4) -> list[tuple[str, list[str]]]:
    """The same in short: whose acts, and which entries."""
    return [(signal.actor_id, signal.entries) for signal in signals(code, days=days)]


def ids(*entries: Entry) -> list[str]:
    return [str(entry.pk) for entry in entries]
