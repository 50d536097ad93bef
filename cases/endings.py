"""What must stop when a consent ends, and what must be over before a case does: rooms above say what.

What stops does so in the transaction of the ending itself.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cellule.steps import By

if TYPE_CHECKING:
    from cases.models.case import Case
    from cases.models.consent import Consent

IsUnderWay = Callable[["Case"], bool]
Stops = Callable[["Consent", By], None]
GoesOn = Callable[["Consent", "Consent", By], None]
_STOPS: list[Stops] = []
_GO_ON: list[GoesOn] = []
_UNDER_WAY: list[IsUnderWay] = []


def stops(handler: Stops) -> Stops:
    """Declare what stops with a consent. It is called with the consent's row locked, and may refuse nothing."""
    _STOPS.append(handler)
    return handler


def tell(consent: "Consent", by: By) -> None:
    """Stop everything that rests on this consent."""
    for handler in _STOPS:
        handler(consent, by)


def goes_on(handler: GoesOn) -> GoesOn:
    """Declare what goes on under a newer consent for the same recipient, or stops where that one does not cover it."""
    _GO_ON.append(handler)
    return handler


def pass_on(older: "Consent", newer: "Consent", by: By) -> None:
    for handler in _GO_ON:
        handler(older, newer, by)


def is_under_way(question: IsUnderWay) -> IsUnderWay:
    """Declare what keeps a case from being closed while it is under way."""
    _UNDER_WAY.append(question)
    return question


def is_anything_under_way(case: "Case") -> bool:
    return any(question(case) for question in _UNDER_WAY)
