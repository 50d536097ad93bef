"""A rule: what in the log is worth a look, in words and as a question to the log's clear columns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from audit.log.models import Checkpoint, Entry
from audit.log.models.entry import EntryQuerySet
from audit.review.months import midnight
from audit.review.rule_names import named
from cellule.accounts.roles import AUDITOR, Role

# Enough to see what happened; who wants all of it asks the log.
MOST_ENTRIES = 100

type Limits = Mapping[str, int]


@dataclass(frozen=True)
class Span:
    """What of the log is looked at now: entries from `start` up to `end`, checkpoints after `after` up to `newest`.

    A rule may read further back for its comparison; what it tells of lies inside.
    """

    start: datetime
    end: datetime
    after: int = 0
    newest: int = 0

    @property
    def entries(self) -> EntryQuerySet:
        return Entry.objects.between(self.start, self.end)

    @property
    def checkpoints(self) -> QuerySet[Checkpoint]:
        return Checkpoint.objects.filter(number__gt=self.after, number__lte=self.newest).order_by("number")

    @property
    def day(self) -> date:
        """The day of the span, for a rule that is asked day by day."""
        return timezone.localdate(self.start)

    @property
    def week(self) -> str:
        return week_of(self.start)

    def around(self, before: timedelta = timedelta(), after: timedelta = timedelta()) -> EntryQuerySet:
        """The entries of the span, of a while before it, and of a while after it."""
        return Entry.objects.between(self.start - before, self.end + after)

    def days_before(self, days: int) -> datetime:
        """The midnight at which the day began that lies so many days before the span's, whatever clocks did since."""
        return midnight(self.day - timedelta(days=days))


@dataclass(frozen=True)
class Hit:
    """Something worth a look. `key` tells the hits of one rule apart: the same finding has the same key, always."""

    key: str
    at: datetime
    actor: str = "system"
    role: str = "system"
    reference: str = ""
    subject: UUID | None = None
    entries: Sequence[UUID] = ()

    @classmethod
    def of(cls, key: str, entries: Sequence[Entry], **told: Any) -> "Hit":
        """A hit that these entries make, the oldest first; what is not said is said by the first of them."""
        first = entries[0]
        known = {
            "at": first.at,
            "actor": first.actor_id,
            "role": first.actor_role,
            "reference": first.reference,
            "subject": first.subject,
        }
        return cls(key=key, entries=[entry.pk for entry in entries[:MOST_ENTRIES]], **{**known, **told})


Finder = Callable[[Span, Limits], Iterable[Hit]]


@dataclass(frozen=True)
class Rule:
    """One rule. `means`: what it says and what to look at; `owner`: the role that answers for it.

    `limits`: the thresholds, each with its label (values: the setting REVIEW_THRESHOLDS). `by_day`: it is asked for
    whole days when they are over, else every quarter of an hour. `waits`: how long to wait until what came after an act
    is known too. `find` is None for what an alarm tells by itself.
    """

    code: str
    name: Promise
    means: Promise
    owner: Role
    limits: Mapping[str, Promise] = field(default_factory=dict)
    by_day: bool = False
    waits: Callable[[Limits], timedelta] = lambda _limits: timedelta()
    find: Finder | None = None

    @property
    def thresholds(self) -> Limits:
        """The thresholds in force."""
        return settings.REVIEW_THRESHOLDS.get(self.code, {})

    @property
    def pause(self) -> timedelta:
        return self.waits(self.thresholds)

    def hits(self, span: Span) -> Iterable[Hit]:
        """Everything in this span that the rule asks a person to look at."""
        return self.find(span, self.thresholds) if self.find else ()


_RULES: dict[str, Rule] = {}


def rule(code: str, *, name: Promise, means: Promise, owner: Role = AUDITOR, **told: Any) -> Callable[[Finder], Finder]:
    """Declare the function that finds the hits of a rule in a span, given its thresholds."""

    def declare(find: Finder) -> Finder:
        declared(Rule(code, name, means, owner, find=find, **told))
        return find

    return declare


def declared(made: Rule) -> Rule:
    """Declare a rule; ValueError when there is one of this code."""
    if _RULES.setdefault(made.code, made) is not made:
        raise ValueError(f"The rule {made.code} is declared twice.")
    named(made.code, made.name, made.means)
    return made


def all_rules() -> list[Rule]:
    """Every rule, in the order in which they stand in the code."""
    return list(_RULES.values())


def rule_called(code: str) -> Rule | None:
    """Give the rule with this code; None when it is declared no more."""
    return _RULES.get(code)


def week_of(moment: datetime) -> str:
    year, week, _day = timezone.localtime(moment).isocalendar()
    return f"{year}-W{week:02d}"
