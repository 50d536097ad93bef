"""What the agreed part tells, kind by kind: as its sender previews it, and as its agency reads it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases import contact
from cases.models import Category
from cases.models.codes import RiskLevel
from cellule.forms import FuzzyDate
from cellule.templatetags.typography import fuzzy_date
from referrals.contents import Line, named
from referrals.models.packet import Agreed
from referrals.reaching import contact_from


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
        Told(Category.STORY, _said((_("In short"), agreed.summary)), []),
        Told(Category.RISK, _said((_("Risk level"), named(RiskLevel, agreed.risk))), []),
        Told(Category.IDENTITY, [], _said((_("Name on paper"), agreed.legal_name), (_("Birth date"), born))),
    ]
    return [each for each in told if each.lines or each.apart]


def _said(*lines: Line) -> list[Line]:
    return [(label, text) for label, text in lines if text]
