"""What a caseworker writes down about a case, and what is added to it later."""

import datetime
import uuid
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment


@dataclass(frozen=True)
class NoteStory:
    """`recorded_at` is ISO 8601, `recorded_by` a user's id; `reason` says why a note is amended."""

    body: str
    recorded_at: str
    recorded_by: str
    reason: str = ""

    @property
    def recorded_on(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(self.recorded_at)


class Note(SealedModel):
    """One note; it is never edited: what it lacks is another note that amends it. In clear: the week."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="notes")
    amends = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="amendments")
    recorded_week = models.DateField(_("recorded in the week of"))
    version = models.PositiveIntegerField(_("version"), default=1)
    story = SealedDocument("cases.note.story", document=NoteStory, compartment=Compartment.STORY, owner="case_id")

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="note_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return "note"
