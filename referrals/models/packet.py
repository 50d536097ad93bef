"""What leaves: two sealed packets, each a snapshot by value. The first is seen before acceptance, the second after.

Everything that goes into them passes `packed`: nothing leaves that the consent's categories do not name.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from cases.models import Category

# The columns of a referral that its sender signs.
SIGNED = ("envelope", "agreed")


@dataclass(frozen=True)
class Envelope:
    """The minimum: no name, no contact, no story, no risk. Codes only, and what is asked for.

    `purpose`: of `Purpose`; `needs`: of `NeedKind`; `urgency`: of `Urgency`; `spoken`: ISO 639-3; `interpreter`: yes,
    no, unknown; `age_band`: of `AgeBand` or empty; `borough`: a code; `sent_at`: ISO 8601.
    """

    purpose: str
    needs: tuple[str, ...]
    urgency: str
    spoken: str
    interpreter: str
    age_band: str
    borough: str
    sent_at: str


@dataclass(frozen=True)
class Agreed:
    """What the person agreed to share with this agency; what they did not is empty."""

    called: str = ""
    contact: list[list[str]] = field(default_factory=list)
    summary: str = ""
    risk: str = ""
    legal_name: str = ""
    born: dict[str, str] | None = None


@dataclass(frozen=True)
class Sending:
    """What the caseworker chose to send, before the consent is asked: every value is here, whatever leaves."""

    needs: tuple[str, ...]
    urgency: str
    spoken: str = ""
    interpreter: str = ""
    age_band: str = ""
    borough: str = ""
    called: str = ""
    contact: tuple[tuple[str, str], ...] = ()
    summary: str = ""
    risk: str = ""
    legal_name: str = ""
    born: dict[str, str] | None = None


# Each value of the agreed packet, by the category that must allow it.
_FIELDS = {
    Category.NAME: ("called",),
    Category.CONTACT: ("contact",),
    Category.STORY: ("summary",),
    Category.RISK: ("risk",),
    Category.IDENTITY: ("legal_name", "born"),
}


def uncovered(sending: Sending, allowed: Collection[str]) -> list[Category]:
    """The kinds of data that were chosen to be sent and that the categories do not allow."""
    chosen = [Category.NEEDS, *(kind for kind, names in _FIELDS.items() if any(getattr(sending, n) for n in names))]
    return [kind for kind in chosen if kind not in allowed]


def packed(sending: Sending, allowed: Collection[str], *, purpose: str, at: str) -> tuple[Envelope, Agreed]:
    """Give both packets, holding exactly what the categories allow (ValueError when not even the needs may leave)."""
    if Category.NEEDS not in allowed:
        raise ValueError("the person has not agreed that their needs are told")
    envelope = Envelope(
        purpose,
        sending.needs,
        sending.urgency,
        sending.spoken,
        sending.interpreter,
        sending.age_band,
        sending.borough,
        at,
    )
    values: dict[str, Any] = {
        name: getattr(sending, name) for category, names in _FIELDS.items() if category in allowed for name in names
    }
    if "contact" in values:
        values["contact"] = [list(line) for line in values["contact"]]
    return envelope, Agreed(**values)


@dataclass(frozen=True)
class Answer:
    """What the agency answered: `reason` a code of `DeclineReason`, `outcome` of `Outcome`, or empty; words as typed."""

    reason: str = ""
    outcome: str = ""
    words: str = ""
    at: str = ""
    by: str = ""


@dataclass(frozen=True)
class Trace:
    """A step as both sides' parcel line tells it. `step`: its name; `at`: ISO 8601; `by`: a user's id; `side`: unit, agency."""

    step: str
    before: str
    after: str
    at: str
    by: str
    side: str


@dataclass(frozen=True)
class Words:
    """One message between the sides."""

    words: str
    at: str
    by: str
    side: str
