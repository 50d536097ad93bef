"""Which kinds of work exist, and who does them: declared in each room's `tasks.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

Handler = Callable[..., None]


@dataclass(frozen=True)
class Kind:
    """One kind of work; `outside` when its effect cannot be rolled back, `every` when a clock starts it."""

    code: str
    handler: Handler
    outside: bool = False
    every: timedelta | None = None


class UnknownKind(LookupError):
    """No room declares this kind of work."""


_KINDS: dict[str, Kind] = {}


def job(code: str, *, outside: bool = False) -> Callable[[Handler], Handler]:
    """Declare the function that does this kind of work; it is called as `handler(job, *ids)`, ids as text.

    It runs inside the transaction that also marks the job done, so that effect and mark stand or fall together.
    With `outside=True` (mail, another machine) it runs after its attempt was committed and before the mark: at
    least once, rarely twice; it hands `job.id` on, so that the other side can tell a repetition.
    """
    return lambda handler: _declare(Kind(code, handler, outside=outside))


def recurring(code: str, *, every: timedelta) -> Callable[[Handler], Handler]:
    """Declare work that the clock starts, once in every whole multiple of `every` since 1970 (UTC)."""
    if every < timedelta(seconds=1):
        raise ValueError("Recurring work needs at least a second between two ticks.")
    return lambda handler: _declare(Kind(code, handler, every=every))


def declared(code: str) -> Kind:
    """Give the kind declared as `code`, or raise UnknownKind."""
    try:
        return _KINDS[code]
    except KeyError:
        raise UnknownKind(code) from None


def all_recurring() -> dict[str, timedelta]:
    """Give the codes of all recurring kinds and the time between two ticks of each."""
    return {kind.code: kind.every for kind in _KINDS.values() if kind.every}


def _declare(kind: Kind) -> Handler:
    known = _KINDS.setdefault(kind.code, kind)
    if known is not kind:
        raise ValueError(f"The kind {kind.code} is declared twice.")
    return kind.handler
