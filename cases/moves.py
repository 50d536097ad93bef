"""What goes along when a case moves to other keys: rooms above say what.

It goes in the transaction of the move itself, with the row of the case locked.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cellule.accounts.acting import Acting

if TYPE_CHECKING:
    from cases.models.case import Case

GoesAlong = Callable[["Case", Acting], None]
_GO_ALONG: list[GoesAlong] = []


def goes_along(handler: GoesAlong) -> GoesAlong:
    """Declare what goes along. It is called with the case's new `key_holder` and people, by somebody of both groups."""
    _GO_ALONG.append(handler)
    return handler


def bring_along(case: "Case", by: Acting) -> None:
    """Bring everything that belongs to a case to where its keys lie now."""
    for handler in _GO_ALONG:
        handler(case, by)
