"""The part of one person in one incident: in one role or several, for a victim may also stand accused."""

import uuid
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment


@dataclass(frozen=True)
class ParticipationStory:
    """`roles`: codes of `Role`; `relation`: to the person helped, in words; `description`: what is known of them."""

    roles: tuple[str, ...]
    relation: str = ""
    description: str = ""


class Participation(SealedModel):
    """One person's part in one incident. In clear: that there is one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="participations")
    incident = models.ForeignKey("cases.Incident", on_delete=models.PROTECT, related_name="participations")
    person = models.ForeignKey("cases.Person", on_delete=models.PROTECT, related_name="participations")
    recorded_week = models.DateField(_("recorded in the week of"))
    version = models.PositiveIntegerField(_("version"), default=1)
    story = SealedDocument(
        "cases.participation.story", document=ParticipationStory, compartment=Compartment.STORY, owner="case_id"
    )

    class Meta:
        verbose_name = _("part in an incident")
        verbose_name_plural = _("parts in incidents")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["incident", "person"], name="participation_one_per_person"),
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="participation_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return "participation"
