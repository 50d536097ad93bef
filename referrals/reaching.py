"""How the person is reached, as it travels in the agreed part: names of the case's own fields, and their values."""

import json
from collections.abc import Collection
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases import contact
from cases.models import ContactDetails, ContactRules

type ContactLines = tuple[tuple[str, str], ...]

# Of the rules of safe contact these are lists or structures, and travel as JSON.
_AS_JSON = {"channels", "window"}
_RULES = (
    "channels",
    "none_possible",
    "window",
    "voicemail",
    "who_answers",
    "cover",
    "watched",
    "confirmed_at",
)
_DETAILS = ("phone", "address", "code_word")


def contact_lines(rules: ContactRules, details: ContactDetails | None) -> ContactLines:
    """Give safe contact as it travels: names of its fields and their values; an unknown answer stays at home.

    Whoever reads it takes what is missing for a no: no voice message, no safe hour.
    """
    values: dict[str, Any] = {name: getattr(rules, name) for name in _RULES}
    values["none_possible"] = "yes" if rules.none_possible else ""
    values |= {name: getattr(details, name) for name in _DETAILS} if details else {}
    lines = []
    for name, value in values.items():
        if not value or (isinstance(value, dict) and "unknown" in value):
            continue
        lines.append((name, json.dumps(value) if name in _AS_JSON else str(value)))
    return tuple(lines)


def contact_from(lines: Collection[Collection[str]]) -> tuple[ContactRules, ContactDetails]:
    """Read what `contact_lines` gave; a name that is not known any more is left out."""
    values: dict[str, Any] = {name: json.loads(text) if name in _AS_JSON else text for name, text in lines}
    rules = {name: values[name] for name in _RULES if name in values}
    rules |= {"channels": tuple(rules.get("channels", ())), "none_possible": "none_possible" in rules}
    return ContactRules(**rules), ContactDetails(**{name: values[name] for name in _DETAILS if name in values})


def contact_in_words(lines: Collection[Collection[str]]) -> list[tuple[str | Promise, str]]:
    """Say how the person is reached: what must not be overlooked, rules, number, address, code word; nothing for no lines."""
    if not lines:
        return []
    rules, details = contact_from(lines)
    mind = contact.warning(rules)
    first = [(_("Before each contact"), mind)] if mind else []
    return [*first, *contact.rules_in_words(rules), *contact.details_in_words(details)]
