"""Cases in any stage, reached by the steps that real people take: no factory writes a state into a row."""

import uuid

from cases.models import Case, Channel, ContactDetails, ContactRules, Interpreter, Need, RiskAssessment, State
from cases.models.codes import ClosingReason, ClosingTalk, NeedKind, RiskLevel
from cellule.accounts.acting import Acting
from cellule.steps import Stepped
from referrals.models.codes import DeclineReason, Outcome

# What each step asks, as its page would send it; whom a grant is for, a test says.
ASKED = {
    "begin_intake": {"in_tongue": "tam", "with_interpreter": "yes"},
    "close_inquiry": {"reason": ClosingReason.ERROR},
    "propose_closing": {"reason": ClosingReason.GOALS_REACHED, "talk": ClosingTalk.HELD, "words": "Tout va bien."},
    "decline_closing": {"answer": "Attendons encore une semaine."},
    "close": {"answer": "D’accord."},
    "ask_circle": {"words": "Le conjoint connaît quelqu’un d’ici."},
    "ask_lift": {"words": "Le danger est passé."},
    "decline": {"reason": DeclineReason.NO_CAPACITY},
    "hold": {"words": "Une place se libère lundi."},
    "complete": {"outcome": Outcome.GIVEN},
    "fail": {"words": "Elle ne répond plus."},
}


def inquiry(lead: Acting, shared_with: Acting | None = None) -> Case:
    """A first call, taken by `lead`."""
    answers = {"channel": Channel.PHONE, "language": "tam", "interpreter": Interpreter.YES}
    case = Case.open_inquiry(by=lead, row_id=uuid.uuid4(), **answers)
    if shared_with is not None:
        take(case, "share", lead, to=shared_with.user)
    return case


def case_at(state: State, lead: Acting, *, supervisor: Acting | None = None, shared_with: Acting | None = None) -> Case:
    """A case in this stage whose conditions hold, led by `lead`; a `supervisor` closes it."""
    case = inquiry(lead, shared_with)
    if state is State.INQUIRY:
        return case
    take(case, "begin_intake", lead)
    if state is State.INTAKE:
        return case
    settle_contact(case, lead)
    take(case, "begin_assessment", lead)
    if state is State.ASSESSMENT:
        return case
    assess(case, lead, RiskLevel.SOME)
    take(case, "activate", lead)
    if state is State.ACTIVE:
        return case
    if state is State.FOLLOW_UP:
        take(case, "follow_up", lead)
        return case
    if supervisor is None:
        raise ValueError("nobody closes a case alone")
    take(case, "propose_closing", lead)
    take(case, "close", supervisor)
    return case


def take(record: Stepped, step: str, by: Acting, **told: object) -> None:
    """Take a step with what its page would send."""
    getattr(record, step)(by=by, **ASKED.get(step, {}), **told)


def settle_contact(case: Case, by: Acting) -> None:
    """Say that no way to reach the person is safe, but for a code word."""
    details = ContactDetails(code_word="olive")
    case.write_contact(by=by, rules=ContactRules(none_possible=True), details=details, version=0)


def assess(case: Case, by: Acting, level: RiskLevel) -> RiskAssessment:
    return case.assess_risk(by=by, row_id=uuid.uuid4(), level=level, flags={}, rationale="Il la suit.")


def need(case: Case, by: Acting, *, urgent: bool = False) -> Need:
    return case.add_need(by=by, row_id=uuid.uuid4(), kind=NeedKind.SHELTER, urgent=urgent)
