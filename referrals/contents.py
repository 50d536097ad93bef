"""What is in a packet, in words: pairs of a question and its answer, the same for who sends and who receives."""

from collections.abc import Iterable

from django.db.models import Choices
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.boroughs import borough_name
from cases.languages import language_name
from cases.models import Interpreter, Purpose
from cases.models.codes import AgeBand, NeedKind, RiskLevel
from cellule.forms import FuzzyDate
from cellule.templatetags import typography
from referrals.models.codes import Urgency
from referrals.models.packet import Agreed, Envelope
from referrals.reaching import contact_in_words

type Line = tuple[str | Promise, str]


def envelope_in_words(envelope: Envelope) -> list[Line]:
    """Say what an agency sees before it answers; what is empty is left out."""
    lines = [
        (_("What is needed"), needs_in_words(envelope.needs)),
        (_("How soon"), named(Urgency, envelope.urgency)),
        (_("Language"), str(language_name(envelope.spoken))),
        (_("Interpreter"), named(Interpreter, envelope.interpreter)),
        (_("Age"), named(AgeBand, envelope.age_band)),
        (_("Borough"), str(borough_name(envelope.borough))),
        (_("What it may be used for"), named(Purpose, envelope.purpose)),
    ]
    return _answered(lines)


def agreed_in_words(agreed: Agreed) -> list[Line]:
    """Say what the person agreed to share; what they did not is left out."""
    lines = [
        (_("Called"), agreed.called),
        *contact_in_words(agreed.contact),
        (_("In short"), agreed.summary),
        (_("Risk level"), named(RiskLevel, agreed.risk)),
        (_("Name on paper"), agreed.legal_name),
        (_("Birth date"), typography.fuzzy_date(FuzzyDate.from_json(agreed.born)) if agreed.born else ""),
    ]
    return _answered(lines)


def needs_in_words(needs: Iterable[str]) -> str:
    return ", ".join(named(NeedKind, code) for code in needs)


def named(codes: type[Choices], code: str) -> str:
    """The label of a code; one that the list has lost stays as it is, so that nothing disappears."""
    return str(dict(codes.choices).get(code, code))


def _answered(lines: Iterable[Line]) -> list[Line]:
    return [(question, answer) for question, answer in lines if answer]
