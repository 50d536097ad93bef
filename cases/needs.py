"""What a person needs, as the case page tells it."""

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from cases.models import Case, Need, NeedStory
from cases.models.codes import NeedKind, NeedState
from cellule.steps import Step
from cellule.vault.unlocked import OpenedOwner

if TYPE_CHECKING:
    from cellule.accounts.models import User


@dataclass(frozen=True)
class NeedLine:
    """One need: what it is, how it stands, and the steps that this person may take with it now."""

    pk: uuid.UUID
    kind: str | Promise
    words: str
    urgent: bool
    is_open: bool
    state: str | Promise
    recorded_on: datetime.datetime
    steps: list[Step]


@dataclass(frozen=True)
class Needs:
    """The needs of a case: those that are open, the urgent ones first, and those that are not open any more."""

    open: list[NeedLine]
    settled: list[NeedLine]


def needs_of(case: Case, opened: OpenedOwner, user: "User") -> Needs:
    """Give what the person needs or needed, in the order in which it was told; one query."""
    lines = [_line(need, opened.read(need, "story"), user) for need in case.needs.all()]
    in_order = sorted(lines, key=lambda line: (not line.urgent, line.recorded_on))
    return Needs([line for line in in_order if line.is_open], [line for line in in_order if not line.is_open])


def _line(need: Need, story: NeedStory, user: "User") -> NeedLine:
    return NeedLine(
        pk=need.pk,
        kind=NeedKind(story.kind).label,
        words=story.words,
        urgent=need.urgent,
        is_open=need.state == NeedState.OPEN,
        state=NeedState(need.state).label,
        recorded_on=datetime.datetime.fromisoformat(story.recorded_at),
        steps=[offer.step for offer in need.offers(user) if not offer.missing],
    )
