"""Consents and referrals in any state, reached by the steps that real people take."""

import datetime
import uuid
from collections.abc import Collection
from typing import Any

from django.utils import timezone

from cases.actions import CASE_OPENED
from cases.models import Case, Category, Consent, ConsentStory, Purpose, State
from cases.models.consent import TEXT, ConsentChannel, GivenBy
from cases.models.moments import now
from cellule.accounts.acting import Acting
from cellule.accounts.models import Organisation
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import OpenedOwner
from referrals.models import Agency, Referral, Service
from referrals.models.codes import ReferralState
from referrals.models.packet import Sending
from tests.factories import case_at, take
from tests.referrals.agencies import agency, agreement, service

CLINIC = "Clinique juridique fictive du Phare"
SHELTER = "Maison Fictive du Saule"
HEALTH = "Clinique Fictive Santé sans condition"

EVERYTHING = frozenset(Category.values)
SENDING = Sending(
    needs=("shelter",),
    urgency="normal",
    spoken="tam",
    interpreter="yes",
    age_band="adult",
    borough="08",
    called="Lune Bleue",
    contact=(("phone", "+15145550123"),),
    summary="Elle cherche un lit loin de chez elle.",
    risk="high",
    legal_name="Zélie Fictive",
)
# By state what leads there from a referral that was sent, and which side takes it.
_ROADS: dict[ReferralState, list[tuple[str, str]]] = {
    ReferralState.SENT: [],
    ReferralState.VIEWED: [("see", "agency")],
    ReferralState.ACCEPTED: [("accept", "agency")],
    ReferralState.IN_SERVICE: [("accept", "agency"), ("begin_service", "agency")],
    ReferralState.ON_HOLD: [("accept", "agency"), ("hold", "agency")],
    ReferralState.COMPLETED: [("accept", "agency"), ("begin_service", "agency"), ("complete", "agency")],
    ReferralState.DECLINED: [("decline", "agency")],
    ReferralState.NOT_DELIVERED: [("accept", "agency"), ("fail", "agency")],
    ReferralState.RECALLED: [("accept", "agency"), ("recall", "unit")],
    ReferralState.ENTERED_IN_ERROR: [("accept", "agency"), ("mark_error", "unit")],
}


def joined(name: str, supervisor: Acting, **told: Any) -> Agency:
    """The directory's entry of an organisation that has joined, with an agreement in force and one service."""
    organisation = Organisation.objects.get(name=name)
    if known := Agency.objects.filter(organisation=organisation).first():
        return known
    made = agency(name=name, **told)
    made.connect(organisation, by=supervisor)
    agreement(made, by=supervisor, in_force=True)
    service(made)
    return made


def opened(case: Case, by: Acting) -> OpenedOwner:
    """The case's story, opened by who works on it."""
    return by.vault.open_owner(
        case,
        [Compartment.ORDINARY, Compartment.STORY],
        action=CASE_OPENED,
        by=by.actor,
        relation=case.relation_to(by.user),
    )


def answer_of_person(by: Acting, categories: Collection[str] = EVERYTHING, **told: Any) -> ConsentStory:
    """What the person said, as the page writes it down."""
    made_up: dict[str, Any] = {
        "purpose": Purpose.SERVICE,
        "categories": tuple(sorted(categories)),
        "channel": ConsentChannel.ORAL,
        "in_tongue": "tam",
        "with_interpreter": "yes",
        "given_by": GivenBy.PERSON,
        "witness": "Une collègue",
        "text": TEXT,
        "recorded_at": now(),
        "recorded_by": str(by.user.pk),
    }
    return ConsentStory(**{**made_up, **told})


def consent(
    case: Case,
    by: Acting,
    to: Agency,
    categories: Collection[str] = EVERYTHING,
    *,
    days: int = 180,
    refused: bool = False,
) -> Consent:
    """The person's answer for one agency, which holds for so many days."""
    return case.record_consent(
        by=by,
        row_id=uuid.uuid4(),
        recipient=to.organisation,
        answer=answer_of_person(by, () if refused else categories),
        ends_on=timezone.localdate() + datetime.timedelta(days=days),
        opened=opened(case, by),
        refused=refused,
    )


def draft(case: Case, by: Acting, to: Service) -> Referral:
    return Referral.begin(by=by, row_id=uuid.uuid4(), case=case, service=to)


def send(case: Case, by: Acting, to: Agency, sending: Sending = SENDING, **told: Any) -> Referral:
    """A referral to the first service of an agency, under a consent that is there or is given for it."""
    if case.active_consent(to.organisation, timezone.localdate()) is None:
        consent(case, by, to, **told)
    referral = draft(case, by, to.services.first())
    referral.send(by=by, sending=sending, opened=opened(case, by))
    return referral


def referral_at(
    state: ReferralState, *, lead: Acting, partner: Acting, to: Agency, case: Case | None = None
) -> Referral:
    """A referral in this state, from a case that `lead` leads to the agency of `partner`."""
    case = case or case_at(State.ACTIVE, lead)
    if state is ReferralState.DRAFT:
        consent(case, lead, to)
        return draft(case, lead, to.services.first())
    referral = send(case, lead, to)
    for name, side in _ROADS[state]:
        take(referral, name, lead if side == "unit" else partner)
    return referral
