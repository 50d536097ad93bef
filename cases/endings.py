"""What must stop when a consent ends: rooms above say what, in the transaction of the ending itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cellule.steps import By

if TYPE_CHECKING:
    from cases.models.consent import Consent

Stops = Callable[["Consent", By], None]
GoesOn = Callable[["Consent", "Consent", By], None]
_STOPS: list[Stops] = []
_GO_ON: list[GoesOn] = []


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
