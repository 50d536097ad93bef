"""Finding entries among millions: each question is answered by the index that is made for it, newest first.

A plain query that joins all conditions leaves the choice to the planner, which takes the questions for independent of
each other: for somebody who never did this act it would walk back through the whole log. So keys are found first, along
the day by which all indexes lead, and a page's rows are read by their keys.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from audit.log.actions import Outcome
from audit.log.identifier import first_uuid7, from_microseconds, moment_of, utc_day
from audit.log.models import Entry

RECENT = timedelta(days=60)
# The order of keys, in the words that the indexes of actors, actions and outcomes understand.
_BY_DAY = "utc_day DESC, id DESC"
# Planned anew for the values at hand (a plan for any value would not know which are rare), and never compiled, which
# takes longer than these take to answer.
_PLANNING = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)"


@dataclass(frozen=True)
class Wanted:
    """What entries are asked for; empty questions ask nothing. All of them hold together.

    `actors`: opaque ids, one of which it must be; `role`: of the actor at that time; `about`: references of records,
    also as one of those a list showed, and `cases`: log references, either of which it must be about; `start` is
    included, `end` is not.
    """

    actors: tuple[str, ...] = ()
    role: str = ""
    about: tuple[str, ...] = ()
    cases: tuple[UUID, ...] = ()
    action: str = ""
    outcome: str = ""
    start: datetime | None = None
    end: datetime | None = None

    def with_whole_cases(self) -> Self:
        """Ask for everything about the cases, too, to which the references lead."""
        cases = _distinct(
            "subject", "reference = ANY (%s) AND reference <> '' AND subject IS NOT NULL", list(self.about)
        )
        # Lists name records by reference alone.
        known = (
            _distinct("reference", "subject = ANY (%s) AND subject IS NOT NULL AND reference <> ''", cases)
            if cases
            else []
        )
        return replace(self, about=tuple(dict.fromkeys([*self.about, *known])), cases=tuple(cases))

    def newest(self, most: int, *, before: UUID | None = None) -> list[Entry]:
        """Give the newest entries that fit, at most so many, all older than `before`."""
        keys = self.keys(most, before=before)
        return list(Entry.objects.filter(pk__in=keys).newest_first()) if keys else []

    def keys(self, most: int, *, before: UUID | None = None) -> list[UUID]:
        """Give the keys alone, in the same order."""
        if self.about and self.start is None:
            # Whoever asks about a record mostly finds enough here, and what everybody sees stands in many lists.
            newest = replace(self, start=_recently(before, self.end)).keys(most, before=before)
            if len(newest) == most:
                return newest
        given: dict[str, Any] = {"most": most}
        statement = self._statement(self._conditions(given, before), given)
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            cursor.execute(_PLANNING)
            cursor.execute(statement, given)
            return [key for (key,) in cursor.fetchall()]

    def in_parts(self, size: int, *, before: UUID | None = None) -> Iterator[list[Entry]]:
        """Give everything that fits, newest first, in lists of at most so many: memory holds one of them."""
        part = self.newest(size, before=before)
        while part:
            yield part
            part = self.newest(size, before=part[-1].pk) if len(part) == size else []

    def _conditions(self, given: dict[str, Any], before: UUID | None) -> str:
        """Word everything but whose acts they are and about what; keys rise with time (the trigger insists)."""
        since = first_uuid7(self.start) if self.start else None
        until = min(key for key in (before, first_uuid7(self.end)) if key) if self.end else before
        conditions = [
            wording
            for wording, value in (
                ("id >= %(since)s AND utc_day >= %(from_day)s", since),
                ("id < %(until)s AND utc_day <= %(to_day)s", until),
                ("action = %(action)s", self.action),
                ("outcome = %(outcome)s", self.outcome),
                ("actor_role = %(role)s", self.role),
            )
            if value
        ]
        given |= {"since": since, "until": until, "action": self.action, "outcome": self.outcome, "role": self.role}
        given |= {"from_day": since and utc_day(since), "to_day": until and utc_day(until)}
        return " AND ".join(conditions) or "true"

    def _statement(self, conditions: str, given: dict[str, Any]) -> str:
        if self.about:
            return self._about(conditions, given)
        if not self.actors:
            along = _BY_DAY if self.action or self.outcome not in ("", Outcome.DONE) or self.role else "id DESC"
            return f"SELECT id FROM log_entry WHERE {conditions} ORDER BY {along} LIMIT %(most)s"
        # One ordered walk for each actor: all at once could only be sorted after reading everything they ever did.
        walks = []
        for place, actor in enumerate(self.actors):
            given[f"actor_{place}"] = actor
            walks.append(
                f"(SELECT id FROM log_entry WHERE actor_id = %(actor_{place})s AND {conditions}"
                f" ORDER BY {_BY_DAY} LIMIT %(most)s)"
            )
        return f"SELECT id FROM ({' UNION ALL '.join(walks)}) AS walked ORDER BY id DESC LIMIT %(most)s"

    def _about(self, conditions: str, given: dict[str, Any]) -> str:
        """What is about a few records is little, and is found whole: no order to walk along tempts the planner."""
        if self.actors:
            conditions += " AND actor_id = ANY (%(actors)s)"
        given |= {"actors": list(self.actors), "about": list(self.about), "cases": list(self.cases)}
        shown = []
        for place, reference in enumerate(self.about):
            given[f"shown_{place}"] = json.dumps([reference])
            shown.append(f"shown @> %(shown_{place})s::jsonb")
        ways = [
            "reference = ANY (%(about)s) AND reference <> ''",
            f"shown IS NOT NULL AND ({' OR '.join(shown)})",
            *(["subject = ANY (%(cases)s) AND subject IS NOT NULL"] if self.cases else []),
        ]
        found = " UNION ALL ".join(f"SELECT id FROM log_entry WHERE {way} AND {conditions}" for way in ways)
        return f"WITH about AS MATERIALIZED ({found}) SELECT DISTINCT id FROM about ORDER BY id DESC LIMIT %(most)s"


def _recently(before: UUID | None, end: datetime | None) -> datetime:
    """Some time before the newest moment that is asked for."""
    moments = [timezone.now(), *([moment_of(before)] if before else []), *([end] if end else [])]
    return max(min(moments) - RECENT, from_microseconds(0))


def _distinct(column: str, condition: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {column} FROM log_entry WHERE {condition}", [values])
        return [value for (value,) in cursor.fetchall()]
