"""The one way a record changes state: a step, on top of django-fsm's transition.

A call of a step opens a transaction, locks the row, asks who may (policy) and whether it is possible now (state,
conditions), runs the method's own few lines, saves, and writes the log entry; whatever refuses rolls all of it back.
The database refuses the same moves by any other path (`cellule.moves`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Protocol, Self

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models.signals import class_prepared
from django.dispatch import receiver
from django.http import Http404
from django.utils.functional import Promise
from django_fsm import transition

from audit.log.actions import Action
from audit.log.actor import Actor
from audit.log.record import record
from cellule.moves import Moves


class By(Protocol):
    """Who takes a step: a person in a request, or the house itself."""

    @property
    def user(self) -> Any: ...

    @property
    def actor(self) -> Actor: ...


class TooLate(Exception):
    """The step is not possible now: somebody was faster, or something is missing. `reasons` say what, in sentences."""

    def __init__(self, reasons: Sequence[Promise | str] = ()) -> None:
        super().__init__()
        self.reasons = tuple(reasons)


class Stale(TooLate):
    """The record was changed after the page was made on which this decision rests."""


@dataclass(frozen=True)
class Condition:
    """Something that must hold of a record before a step; `sentence` says what is missing."""

    holds: Callable[[Any, Any], bool]
    sentence: Promise | str


@dataclass(frozen=True)
class Step:
    """One declared step. `name` is the method's; `label` the button; `slug` its part of an address."""

    name: str
    label: Promise
    slug: str
    action: Action
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    allowed: Callable[[Any, Any], bool]
    conditions: tuple[Condition, ...]

    def missing(self, of: models.Model, user: Any) -> tuple[Promise | str, ...]:
        """What must hold and does not, in sentences, asked of a record by a person."""
        return tuple(each.sentence for each in self.conditions if not each.holds(of, user))

    @property
    def moves(self) -> Iterator[tuple[str, str]]:
        """Every pair of states between which this step leads; none for a step that stays."""
        return ((source, target) for source in self.sources for target in self.targets if source != target)


@dataclass(frozen=True)
class Offer:
    """A step as a page offers it to one person now; with `missing` it is not possible yet."""

    step: Step
    missing: tuple[Promise | str, ...] = field(default=())


class ToState:
    """A target that the record itself decides, among the states that are declared."""

    def __init__(self, decide: Callable[[Any], str], states: Sequence[str]) -> None:
        self.decide, self.states = decide, tuple(str(state) for state in states)

    def get_state(self, instance: Any, transition: Any, result: Any, args: Any = (), kwargs: Any = None) -> str:
        state = str(self.decide(instance))
        if state not in self.states:
            raise ValueError(f"{state} is not among the declared targets")
        return state


def step(
    *,
    source: Sequence[str],
    target: str | ToState | None,
    action: Action,
    label: Promise,
    slug: str,
    allowed: Callable[[Any, Any], bool],
    conditions: Sequence[Condition] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a method as a step of the field `state`; `target=None` stays where it is (a grant, a proposal).

    The method gets the locked row as `self` and `by=` as a keyword; callers may pass `version=` as well, the version
    of the row on which their decision rests. Raises Http404 (not theirs to see), PermissionDenied, TooLate, Stale.
    """
    targets = target.states if isinstance(target, ToState) else (str(target),) if target else ()

    def declare(method: Callable[..., Any]) -> Callable[..., Any]:
        declared = Step(
            method.__name__,
            label,
            slug,
            action,
            tuple(str(each) for each in source),
            targets,
            allowed,
            tuple(conditions),
        )
        moving = transition(field="state", source=list(declared.sources), target=target)(method)

        @wraps(moving)
        def take(self: "Stepped", *args: Any, by: By, version: int | None = None, **kwargs: Any) -> Any:
            # What is held is one of many inside one act, which stands or falls as a whole: no point to go back to.
            with transaction.atomic(savepoint=not self._is_held):
                held = self._held(by)
                if not declared.allowed(held, by.user):
                    raise PermissionDenied
                if version is not None and version != held.version:
                    raise Stale
                before = held.state
                # What ties them to the record now: a step may end it.
                told = held._told_by(by)
                if before not in declared.sources:
                    raise TooLate
                if missing := declared.missing(held, by.user):
                    raise TooLate(missing)
                held._concerned = ()
                result = moving(held, *args, by=by, **kwargs)
                held.version += 1
                held.save()
                held._remember(declared, before, by, kwargs)
                move = f"{before}>{held.state}"
                purpose = f"{move} {held._told_apart}".rstrip()
                record(action, by=by.actor, shown=held._concerned, purpose=purpose, **told)
            self._follow(held)
            return result

        take.step = declared
        return take

    return declare


class Stepped(models.Model):
    """The base of records with a protected field `state` and a `version`; rows begin in the states `STARTS`."""

    STARTS: tuple[str, ...] = ()
    # An SQL expression over NEW: under which reference the log tells of the row.
    NAMED_BY = "NEW.reference"
    # The same for what tells rows apart that share a reference; `_told_apart` gives it for one of them.
    TOLD_APART = ""
    _told_apart = ""
    # Opaque ids of whom the step that is being taken gives the record to, or takes it from: its entry tells them.
    _concerned: Sequence[str] = ()
    # Whether the caller's transaction has locked this very row, read it anew, and seen to it that they may.
    _is_held = False

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> list[Step]:
        """Every step of this kind of record, in the order in which they stand in the code."""
        return [member.step for each in cls.__mro__ for member in vars(each).values() if hasattr(member, "step")]

    @classmethod
    def step_called(cls, slug: str) -> Step:
        """Give the step with this part of an address (Http404 when there is none)."""
        for each in cls.steps():
            if each.slug == slug:
                return each
        raise Http404

    def offers(self, user: Any) -> list[Offer]:
        """The steps that lie ahead of this record for a person whose they are, each with what it still lacks."""
        ahead = [each for each in type(self).steps() if self.state in each.sources and each.allowed(self, user)]
        return [Offer(each, each.missing(self, user)) for each in ahead]

    def _held(self, by: By) -> Self:
        """The row, locked and read anew, if it is theirs to see."""
        visible = type(self)._default_manager.visible_to(by.user).filter(pk=self.pk)
        held = visible.select_for_update(of=("self",)).first()
        # Whoever waited for the lock has the row as it is now, but was let in by the grants of before.
        if held is None or not visible.exists():
            raise Http404
        return held

    def _follow(self, held: Self) -> None:
        """Let a caller's own copy of the row say what the held one says."""
        for each in self._meta.concrete_fields:
            self.__dict__[each.attname] = held.__dict__[each.attname]

    def _remember(self, step: Step, before: str, by: By, told: dict[str, Any]) -> None:
        """Leave a trace of the step for who works on the record; the log has its own."""

    def _told_by(self, by: By) -> dict[str, Any]:
        """What the log says of this record: `reference`, `subject_type`, and as far as there are, `subject`, `relation`."""
        raise NotImplementedError


@receiver(class_prepared)
def _wall(sender: type[models.Model], **signal: Any) -> None:
    """Give each kind of record the constraint that follows from its declared steps."""
    if not issubclass(sender, Stepped) or sender._meta.abstract or sender.__module__ == "__fake__":
        return
    moves = sorted({">".join(move) for each in sender.steps() for move in each.moves})
    wall = Moves(
        name=f"{sender._meta.db_table}_moves",
        field="state",
        starts=sorted(str(state) for state in sender.STARTS),
        moves=moves,
        named_by=sender.NAMED_BY,
        told_apart=sender.TOLD_APART,
    )
    constraints = [each for each in sender._meta.constraints if not isinstance(each, Moves)]
    sender._meta.constraints = [*constraints, wall]
    sender._meta.original_attrs["constraints"] = sender._meta.constraints
