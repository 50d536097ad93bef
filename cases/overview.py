"""What the page of a case shows beside its timeline: stages, steps, team, danger, what is new."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from cases.forms.steps import FORMS
from cases.languages import language_name
from cases.models import Case, Interpreter, State, Visit
from cases.models.codes import GRAVE, RiskLevel
from cellule.accounts.models import User
from cellule.forms.unknown import from_json, shown
from cellule.steps import Step
from cellule.vault.unlocked import OpenedOwner

# These have their own place on the page: the intake its task list, a share the list of who shares.
ELSEWHERE = {"begin_intake", "begin_assessment", "end_sharing"}
# These answer a proposal: where there is none, nobody misses them.
ANSWERS = {
    "withdraw_closing",
    "decline_closing",
    "approve_circle",
    "ask_lift",
    "approve_lift",
    "drop_circle",
    "let_back",
}
# The road from the first call; a closed case may have left it anywhere.
ROAD = (State.INQUIRY, State.INTAKE, State.ASSESSMENT, State.ACTIVE, State.FOLLOW_UP, State.CLOSED)


@dataclass(frozen=True)
class Button:
    """A step that may be taken now: `asks` when it opens a page with questions instead of being done at once."""

    text: Promise
    href: str
    asks: bool


@dataclass(frozen=True)
class Steps:
    """What a person may do now with a case, and what not yet, with the sentences why."""

    buttons: list[Button]
    refused: list[tuple[Promise, list[Promise | str]]]


def steps_of(case: Case, user: User) -> Steps:
    """Give exactly the steps that this person may take, and those that still lack something."""
    offers = [offer for offer in case.offers(user) if offer.step.name not in ELSEWHERE]
    return Steps(
        [
            Button(offer.step.label, address(case, offer.step), offer.step.name in FORMS)
            for offer in offers
            if not offer.missing
        ],
        [
            (offer.step.label, list(offer.missing))
            for offer in offers
            if offer.missing and offer.step.name not in ANSWERS
        ],
    )


def address(case: Case, step: Step) -> str:
    return reverse("cases:step", args=[case.reference, step.slug])


def stages_of(case: Case, been: Container[str]) -> list[tuple[Any, str]]:
    """Give the road of a case as the state picture takes it; of a closed one only where it has `been`."""
    road = [state for state in ROAD if case.is_open or state in been or state == case.state]
    here = road.index(State(case.state))
    words = ["done" if place < here else "current" if place == here else "to_come" for place in range(len(road))]
    return [(state.label, word) for state, word in zip(road, words, strict=True)]


def risk_tone(level: str) -> str:
    """How loudly the banner speaks of a level."""
    return "high" if level in GRAVE else "medium" if level == RiskLevel.SOME else "low"


def frame_of(case: Case, opened: OpenedOwner) -> dict[str, Any]:
    """What stands over every part of a case: code, stage, what to call the person, language, danger."""
    ordinary, standing = opened.read(case, "ordinary"), opened.read(case, "standing")
    client = next((person for person in case.people.all() if person.is_client), None)
    known = opened.read(client, "ordinary") if client else None
    return {
        "case": case,
        "called": shown(from_json(known.called)) if known else "",
        "opened_on": ordinary.opened_on,
        "spoken": language_name(ordinary.language),
        "interpreter": Interpreter(ordinary.interpreter).label,
        "risk": RiskLevel(standing.risk) if standing else None,
        "risk_tone": risk_tone(standing.risk) if standing else "",
    }


@dataclass(frozen=True)
class Team:
    """Who works on a case, and what this person may change about it; addresses, empty where they may not."""

    leads: list[User]
    shares: list[User]
    end_sharing: str


def team_of(case: Case, user: User) -> Team:
    ends = next(
        (offer.step for offer in case.offers(user) if offer.step.name == "end_sharing" and not offer.missing), None
    )
    return Team(list(case.leads()), list(case.shared_with()), address(case, ends) if ends else "")


def visit(case: Case, user: User, total: int) -> int:
    """Give how many events the person had seen (0 at the first visit), and note that they see `total` now."""
    known: Any = Visit.objects.filter(case=case, user=user).first()
    if known is None:
        Visit.objects.bulk_create([Visit(case=case, user=user, seen=total)], ignore_conflicts=True)
        return 0
    if known.seen != total:
        Visit.objects.filter(pk=known.pk).update(seen=total)
    return int(known.seen)
