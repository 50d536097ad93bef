"""What happened to the person, as far as they want to tell it."""

import datetime
import uuid
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from cellule import references
from cellule.forms import FuzzyDate
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment


@dataclass(frozen=True)
class IncidentStory:
    """`kind` and `borough` are codes, `happened` a FuzzyDate's JSON, `recorded_at` ISO 8601, `recorded_by` a user's id."""

    kind: str
    happened: dict[str, str]
    borough: str
    narrative: str
    recorded_at: str
    recorded_by: str

    @property
    def happened_on(self) -> FuzzyDate:
        return FuzzyDate.from_json(self.happened)

    @property
    def recorded_on(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(self.recorded_at)


class Incident(SealedModel):
    """One thing that happened. In clear: its code and the week it was logged."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=references.LENGTH, unique=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="incidents")
    recorded_week = models.DateField(_("recorded in the week of"))
    version = models.PositiveIntegerField(_("version"), default=1)
    story = SealedDocument(
        "cases.incident.story", document=IncidentStory, compartment=Compartment.STORY, owner="case_id"
    )

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="incident_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return references.shown(self.reference)
