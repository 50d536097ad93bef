"""What a referral can be made of, and gathering it from the opened case: only what the consent names is ever looked up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases import doors
from cases.models import Case, Category, Consent, ConsentStory, Person, SafeContact
from cases.models.codes import NeedKind, NeedState, RevealReason
from cellule.forms import Unknown
from cellule.forms.unknown import from_json
from cellule.vault.unlocked import OpenedOwner
from referrals.models import Referral
from referrals.models.codes import Urgency
from referrals.models.packet import Sending
from referrals.reaching import contact_lines

# What may go along, in the order in which it is offered; the needs always do, and a summary is written.
PARTS = (Category.NAME, Category.CONTACT, Category.RISK, Category.IDENTITY)
# Without these an agency that has accepted cannot reach anybody.
TICKED = (Category.NAME, Category.CONTACT)


@dataclass(frozen=True)
class Ground:
    """What there is to choose from. `needs` by code, those that are open; `parts`: what may go along.

    `withheld`: every other kind of data, with the sentence why it cannot leave. `story` is None without a consent.
    """

    consent: Consent | None
    story: ConsentStory | None
    needs: Mapping[str, Promise | str]
    urgent: bool
    asked_for: list[str]
    parts: list[Category]
    withheld: list[tuple[Category, str]]

    @property
    def may_summarise(self) -> bool:
        return self.story is not None and Category.STORY in self.story.kinds


@dataclass(frozen=True)
class Choice:
    """What the caseworker chose: codes of `NeedKind`, `Urgency`, of a borough (or empty), and of `Category`."""

    needs: Collection[str]
    urgency: str = Urgency.NORMAL
    borough: str = ""
    parts: Collection[str] = ()
    summary: str = ""


@dataclass(frozen=True, repr=False)
class Gathered:
    """What would be sent, and the case's keys under which the consent is read again at the sending."""

    sending: Sending
    opened: OpenedOwner = field(repr=False)


def ground_of(referral: Referral, opened: OpenedOwner) -> Ground:
    """Give what this referral can be made of today; `opened`: the case with its story."""
    case = referral.case
    recipient = referral.agency.organisation
    consent = case.active_consent(recipient, timezone.localdate()) if recipient else None
    story = consent.said(opened) if consent else None
    needs = _open_needs(case, opened)
    there = _written_down(case, opened)
    allowed = story.kinds if story else frozenset()
    withheld = [
        (kind, _why_withheld(kind in allowed))
        for kind in (*PARTS, Category.STORY)
        if kind not in allowed or (kind in PARTS and kind not in there)
    ]
    kept_back = {kind for kind, _why in withheld}
    fitting = [code for code in needs if code in referral.service.categories]
    return Ground(
        consent,
        story,
        {code: NeedKind(code).label for code in needs} or dict(NeedKind.choices),
        any(needs[code] for code in fitting or needs),
        fitting or list(needs),
        [kind for kind in PARTS if kind not in kept_back],
        withheld,
    )


def gather(request: HttpRequest, referral: Referral, choice: Choice) -> Gathered:
    """Look up what was chosen, each thing that lies apart under an entry with its reason. Outside a transaction.

    What the consent does not name is not looked up, whatever was chosen. Http404, PermissionDenied, CannotOpen.
    """
    case, opened = doors.open_case(request, referral.case.reference, purpose=doors.CASEWORK)
    ground = ground_of(referral, opened)
    parts = {kind for kind in ground.parts if kind in choice.parts}
    ordinary, standing, client = opened.read(case, "ordinary"), opened.read(case, "standing"), _client(case)
    known = opened.read(client, "ordinary") if client else None
    identity = _identity(request, case, client) if Category.IDENTITY in parts and client else None
    sending = Sending(
        needs=tuple(code for code in ground.needs if code in choice.needs),
        urgency=choice.urgency,
        spoken=ordinary.language,
        interpreter=ordinary.interpreter,
        age_band=_answer(known.age_band) if known else "",
        borough=choice.borough,
        called=_answer(known.called) if known and Category.NAME in parts else "",
        contact=_contact(request, case) if Category.CONTACT in parts else (),
        summary=choice.summary if ground.may_summarise else "",
        risk=standing.risk if standing and Category.RISK in parts else "",
        legal_name=identity.legal_name if identity else "",
        born=identity.born if identity else None,
    )
    return Gathered(sending, opened)


def _why_withheld(is_allowed: bool) -> str:
    if is_allowed:
        return _("Nothing of it is written down in the case.")
    return _("The person has not agreed to share it with this agency.")


def _open_needs(case: Case, opened: OpenedOwner) -> dict[str, bool]:
    """By the code of each open need whether it is urgent, the urgent ones first."""
    rows = [(need, opened.read(need, "story")) for need in case.needs.filter(state=NeedState.OPEN)]
    needs: dict[str, bool] = {}
    for need, story in sorted(rows, key=lambda row: (not row[0].urgent, row[1].recorded_at)):
        needs.setdefault(story.kind, need.urgent)
    return needs


def _written_down(case: Case, opened: OpenedOwner) -> set[Category]:
    """What there is to send at all, as far as it can be known without opening what lies apart."""
    client, contact = _client(case), SafeContact.objects.filter(case=case).first()
    there = {
        Category.NAME: client is not None and _answer(opened.read(client, "ordinary").called),
        Category.CONTACT: contact is not None,
        Category.RISK: opened.read(case, "standing"),
        Category.IDENTITY: client is not None and client.identity is not None,
    }
    return {kind for kind, is_there in there.items() if is_there}


def _client(case: Case) -> Person | None:
    return case.people.filter(is_client=True).first()


def _contact(request: HttpRequest, case: Case) -> tuple[tuple[str, str], ...]:
    opened = doors.reveal_contact(request, case, reason=RevealReason.REFERRAL, words="")
    row = SafeContact.objects.get(case=case)
    return contact_lines(opened.read(row, "story"), opened.read(row, "contact"))


def _identity(request: HttpRequest, case: Case, client: Person) -> Any:
    return doors.reveal_identity(request, case, client, reason=RevealReason.REFERRAL, words="").read(client, "identity")


def _answer(stored: Any) -> str:
    """What was answered; a reason why there is no answer tells an agency nothing."""
    answer = from_json(stored)
    return "" if isinstance(answer, Unknown) or not answer else str(answer)
