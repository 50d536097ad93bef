"""What the agreed part tells, kind by kind: as its sender previews it, and as its agency reads it."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases import contact
from cases.models import Category, ContactDetails, ContactRules
from cases.models.codes import RiskLevel
from cellule.forms import FuzzyDate
from cellule.templatetags.typography import fuzzy_date
from referrals.contents import Line, named
from referrals.models.packet import Agreed

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


@dataclass(frozen=True)
class Told:
    """One kind of data of the agreed part, in words; `warning` stands before its lines and must not be overlooked.

    `apart`: lines that lie apart in the case too (a number, a name on paper) and are not left open on a page.
    """

    kind: Category
    lines: list[Line]
    apart: list[Line]
    warning: str = ""

    @property
    def label(self) -> str | Promise:
        return self.kind.label


def kinds_in_words(agreed: Agreed) -> list[Told]:
    """Say what the person agreed to share, by kind of data; a kind of which nothing was sent is left out."""
    rules, details = contact_from(agreed.contact)
    born = fuzzy_date(FuzzyDate.from_json(agreed.born)) if agreed.born else ""
    told = [
        Told(Category.NAME, _said((_("Called"), agreed.called)), []),
        Told(
            Category.CONTACT,
            list(contact.rules_in_words(rules)) if agreed.contact else [],
            list(contact.details_in_words(details)),
            contact.warning(rules) if agreed.contact else "",
        ),
        Told(Category.STORY, _said((_("What happened"), agreed.summary)), []),
        Told(Category.RISK, _said((_("Danger"), named(RiskLevel, agreed.risk))), []),
        Told(Category.IDENTITY, [], _said((_("Name on paper"), agreed.legal_name), (_("Born"), born))),
    ]
    return [each for each in told if each.lines or each.apart]


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


def _said(*lines: Line) -> list[Line]:
    return [(label, text) for label, text in lines if text]
