"""The months before the fictional house was founded, as its log would tell of them: without a past, there is no review.

Everybody's ordinary days, and among them a few scenes at which the rules look up. The cases of these days are of the
log alone: nobody opens them any more.
"""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from audit.log.actions import Action, Outcome, Relation
from audit.log.actor import Actor
from audit.log.identifier import uuid7
from audit.log.models import Entry, SessionCounter
from audit.review.actions import SEARCHED
from audit.review.months import month_before, this_month
from cases import actions as cases
from cellule.accounts import actions as accounts
from cellule.accounts.acting import Acting
from cellule.business_days import business_days_after
from cellule.references import new_reference
from referrals import actions as referrals

# Who had which cases then, by the names that only this file knows.
_CASES = {"claire": ("lac", "orme", "quai"), "joaquin": ("pont", "rive"), "ana": ("seuil",)}
_LOOKS = (cases.CASE_OPENED, cases.CASE_OPENED, cases.FILES_LISTED, cases.CONTACT_REVEALED)
_WORK = (cases.NOTE_ADDED, cases.NOTE_ADDED, cases.NEED_ADDED, cases.CONTACT_WRITTEN)
_ASSIGNED, _SUPERVISOR, _REFERRAL, _NONE = Relation.ASSIGNED, Relation.SUPERVISOR, Relation.REFERRAL, Relation.NONE


@dataclass(frozen=True)
class _Known:
    """A case as the log knows it."""

    reference: str = field(default_factory=new_reference)
    subject: uuid.UUID = field(default_factory=uuid.uuid4)


class Past:
    """Entries of other days, gathered and then written at once; each person has one session a day."""

    def __init__(self, cast: Mapping[str, Acting]) -> None:
        self._cast = cast
        self._cases: dict[str, _Known] = {}
        self._told: list[tuple[datetime, Actor, dict]] = []

    def acts(
        self,
        who: str,
        at: datetime,
        action: Action,
        about: str = "",
        relation: Relation = _ASSIGNED,
        outcome: Outcome = Outcome.DONE,
        to: str = "",
    ) -> None:
        """Somebody did this at that moment, `about` a case by its name here; whoever was refused learned nothing of it.

        `to`: to whom they gave the case.
        """
        case = self._cases.setdefault(about, _Known()) if about else None
        is_known = case is not None and outcome == Outcome.DONE
        told = {
            "action": action.code,
            "subject_type": "cases.case" if case else "",
            "reference": case.reference if case else "",
            "subject": case.subject if case and is_known else None,
            "relation": relation if is_known else _NONE,
            "outcome": outcome,
            "shown": [self._cast[to].actor.id] if to else None,
        }
        self._told.append((at, self._cast[who].actor, told))

    def write(self) -> None:
        sessions: dict[tuple[str, date], uuid.UUID] = {}
        counters: dict[uuid.UUID, int] = {}
        entries = []
        for at, actor, told in sorted(self._told, key=lambda each: each[0]):
            session = sessions.setdefault((actor.id, timezone.localdate(at)), uuid.uuid4())
            counters[session] = counters.get(session, 0) + 1
            entries.append(_entry(at, actor, session, counters[session], told))
        Entry.objects.bulk_create(entries)
        SessionCounter.objects.bulk_create([SessionCounter(session=each, counter=n) for each, n in counters.items()])


def tell(cast: Mapping[str, Acting]) -> None:
    """Write the days from the first of last month up to yesterday. Inside a transaction."""
    past, today = Past(cast), timezone.localdate()
    days = []
    day = business_days_after(month_before(this_month()) - timedelta(days=1), 1)
    while day < today:
        days.append(day)
        day = business_days_after(day, 1)
    _ordinary(past, days)
    _scenes(past, days)
    past.write()


def _ordinary(past: Past, days: list[date]) -> None:
    """Each works on one or two of their cases a day; supervisors and an auditor look in, the clinic reads what it was sent."""
    # The same days in every fictional house.
    chance = random.Random(6)
    for day in days:
        for who, names in _CASES.items():
            past.acts(who, _at(day, 8, chance.randrange(50)), accounts.SIGNED_IN)
            for hour, name in zip((9, 14), chance.sample(names, min(2, len(names))), strict=False):
                past.acts(who, _at(day, hour, chance.randrange(20)), chance.choice(_LOOKS), name)
                past.acts(who, _at(day, hour, 20 + chance.randrange(30)), chance.choice(_WORK), name)
        for who, name in zip(("mireille", "omar"), chance.sample(("lac", "pont", "seuil"), 2), strict=True):
            past.acts(who, _at(day, 10, chance.randrange(50)), cases.CASE_OPENED, name, _SUPERVISOR)
        past.acts("paule", _at(day, 10, chance.randrange(50)), SEARCHED, relation=_NONE)
        if chance.random() < 0.3:
            past.acts("thea", _at(day, 11, chance.randrange(50)), referrals.AGREED_OPENED, "quai", _REFERRAL)


def _scenes(past: Past, days: list[date]) -> None:
    """What a rule puts before the auditors, each on a day of its own within the last four weeks."""
    night, curious, names, paper, own, gone, silent, late = days[-17:-1:2]
    for moment in (_at(night, 23, 40), _at(night, 23, 55), _at(night + timedelta(days=1), 0, 20)):
        past.acts("joaquin", moment, cases.CASE_OPENED, "rive")
    past.acts("omar", _at(curious, 16, 5), cases.STORY_REVEALED, "orme", _SUPERVISOR)
    for minute in range(0, 54, 6):
        past.acts("ana", _at(names, 15, minute), cases.SEARCHED, relation=_NONE)
    for minute in range(5, 50, 5):
        past.acts("claire", _at(paper, 16, minute), cases.FILE_PRINTED, "quai")
    past.acts("mireille", _at(own, 13, 2), cases.CASE_ASSIGNED, "gué", _SUPERVISOR, to="mireille")
    past.acts("mireille", _at(own, 13, 6), cases.CASE_OPENED, "gué")
    past.acts("mireille", _at(own, 13, 20), cases.NOTE_ADDED, "gué")
    past.acts("joaquin", _at(gone, 9, 30), cases.NOTE_ADDED, "digue")
    past.acts("joaquin", _at(gone, 9, 40), cases.CASE_HANDED_OVER, "digue", to="claire")
    for minute in (10, 25):
        past.acts("joaquin", _at(gone, 17, minute), accounts.REFUSED, "digue", outcome=Outcome.REFUSED_UNKNOWN)
    past.acts("claire", _at(silent, 17, 15), cases.IDENTITY_REVEALED, "phare")
    past.acts("mireille", _at(late - timedelta(days=14), 15, 0), cases.CASE_CLOSED, "moulin", _SUPERVISOR)
    past.acts("ana", _at(late, 11, 30), cases.CASE_OPENED, "moulin")


def _at(day: date, hour: int, minute: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def _entry(at: datetime, actor: Actor, session: uuid.UUID, counter: int, told: dict) -> Entry:
    said = {
        "id": uuid7(at),
        "at": at,
        "session": session,
        "counter": counter,
        "request": uuid.uuid4(),
        "actor_id": actor.id,
        "actor_role": actor.role,
        "actor_organisation": actor.organisation,
        "purpose": "",
        "detail_commitment": None,
    } | told
    return Entry(**said)
