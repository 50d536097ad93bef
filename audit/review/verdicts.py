"""What else follows from a verdict: who put an item up for review listens here, and nothing of them is imported."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cellule.steps import By

if TYPE_CHECKING:
    from audit.review.models import Item

Listener = Callable[["Item", Any], None]
_LISTENERS: dict[str, list[Listener]] = {}


def on_verdict(queue: str) -> Callable[[Listener], Listener]:
    """Declare a function that is called with every judged item of a queue and who judged it, in the verdict's transaction."""

    def declare(listener: Listener) -> Listener:
        _LISTENERS.setdefault(str(queue), []).append(listener)
        return listener

    return declare


def tell(item: "Item", by: By) -> None:
    """Call who listens to an item's queue; what raises undoes the verdict."""
    for listener in _LISTENERS.get(item.source, []):
        listener(item, by)
