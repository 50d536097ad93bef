"""A step that a case has taken, as its timeline tells it. The log has its own entry; nobody at work reads the log."""

import uuid
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment


@dataclass(frozen=True)
class MilestoneOrdinary:
    """`step`: its name; `before`, `after`: stages; `at`: ISO 8601; `by`, `to`: ids of users, or empty."""

    step: str
    before: str
    after: str
    at: str
    by: str
    to: str = ""


@dataclass(frozen=True)
class MilestoneStory:
    """What was written with a step; what it did not ask is empty.

    `reason`: a code of `ClosingReason`, `talk`: of `ClosingTalk`; `words`: why, or the supervisor's answer.
    """

    reason: str = ""
    talk: str = ""
    words: str = ""


class Milestone(SealedModel):
    """One step taken. In clear: the week, and whether something was written with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="milestones")
    recorded_week = models.DateField(_("recorded in the week of"))
    ordinary = SealedDocument(
        "cases.milestone.ordinary", document=MilestoneOrdinary, compartment=Compartment.ORDINARY, owner="case_id"
    )
    story = SealedDocument(
        "cases.milestone.story", document=MilestoneStory, compartment=Compartment.STORY, owner="case_id", null=True
    )

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="milestone_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return "milestone"
