"""The circle of a case in words: who is in it, since when and why; and what is asked about it."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Milestone, MilestoneOrdinary
from cellule.vault import circles
from cellule.vault.unlocked import OpenedOwner, Unlocked

type Line = tuple[Promise | str, Promise | str]


@dataclass(frozen=True)
class Circle:
    """Who is in it by its signed roster, since when, and why; `why` is empty for who may not read the story."""

    people: list[str]
    since: datetime | None
    why: str


def circle_of(case: Case, opened: OpenedOwner, unlocked: Unlocked) -> Circle | None:
    """Give the circle of a case to somebody who is in it; None where there is none. NotAMember, CannotOpen."""
    if not case.is_in_circle:
        return None
    told = _told(case, opened)
    since = max((step.at for step, _row in told if step.step == "approve_circle"), default="")
    return Circle(
        _names(circles.people_of(unlocked, case.key_holder)),
        datetime.fromisoformat(since) if since else None,
        _why(told, "ask_circle", opened, before=since),
    )


def asked_in_words(case: Case, opened: OpenedOwner) -> list[Line]:
    """Give what a second person decides on: who asks, who would be in the circle, and why."""
    asked_by = case.circle_asked_by or case.lift_asked_by
    step = "ask_circle" if case.circle_asked_by else "ask_lift"
    lines = [
        (_("Asked by"), ", ".join(_names([asked_by] if asked_by else []))),
        (_("Who would be in the circle"), "\n".join(_names(case.people_asked))),
        (_("Why"), _why(_told(case, opened), step, opened)),
    ]
    return [(question, answer) for question, answer in lines if answer]


def _told(case: Case, opened: OpenedOwner) -> list[tuple[MilestoneOrdinary, Milestone]]:
    return [(opened.read(row, "ordinary"), row) for row in case.milestones.all()]


def _why(
    told: Collection[tuple[MilestoneOrdinary, Milestone]], step: str, opened: OpenedOwner, *, before: str = ""
) -> str:
    """What was written when this was asked last (before a moment in ISO 8601, where one is given)."""
    asked = [(each.at, row) for each, row in told if each.step == step and (not before or each.at <= before)]
    if not asked or not any(compartment == "story" for compartment, _header in opened.keys):
        return ""
    story = opened.read(max(asked, key=lambda each: each[0])[1], "story")
    return story.words if story else ""


def _names(people: Collection[uuid.UUID]) -> list[str]:
    names = dict(get_user_model()._default_manager.filter(pk__in=people).values_list("pk", "name"))
    return [names[pk] for pk in people if pk in names]
