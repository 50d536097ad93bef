"""How reviewers read a rule's code: whoever puts items up under a rule tells its name and what it means."""

from typing import NamedTuple

from django.utils.functional import Promise


class RuleName(NamedTuple):
    """`name` of a rule, and the `paragraph` that says what it means and what to look at."""

    name: Promise | str
    paragraph: Promise | str = ""


_NAMES: dict[str, RuleName] = {}


def named(code: str, name: Promise, paragraph: Promise | str = "") -> None:
    """Tell how a rule is called."""
    _NAMES[code] = RuleName(name, paragraph)


def name_of(code: str) -> RuleName:
    """Give the name of a stored code; the code itself when nobody tells of it any more."""
    return _NAMES.get(code, RuleName(code))
