"""How great the danger is, each time somebody looks; older assessments stay."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment


@dataclass(frozen=True)
class Standing:
    """The last risk level of a case, as lists and the case page show it. `assessed_at`: ISO 8601."""

    risk: str
    assessed_at: str


@dataclass(frozen=True)
class RiskStory:
    """`instrument`: a code; `flags`: by code of `RedFlag` a `FlagAnswer` or a kind of unknown; `level`: a `RiskLevel`."""

    instrument: str
    flags: dict[str, Any]
    level: str
    rationale: str
    recorded_at: str
    recorded_by: str


class RiskAssessment(SealedModel):
    """One look at the danger. In clear: the week."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="risks")
    recorded_week = models.DateField(_("recorded in the week of"))
    version = models.PositiveIntegerField(_("version"), default=1)
    story = SealedDocument("cases.risk.story", document=RiskStory, compartment=Compartment.STORY, owner="case_id")

    class Meta:
        verbose_name = _("risk assessment")
        verbose_name_plural = _("risk assessments")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="risk_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return "risk assessment"
