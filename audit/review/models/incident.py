"""A confidentiality incident, from the moment at which two people have signed that it is one."""

import uuid
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from audit.review import policies
from cellule import references
from cellule.accounts.roles import SYSTEM
from cellule.steps import By, Stepped


class IncidentState(models.TextChoices):
    DETECTED = "detected", _("Detected")


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: Any) -> Self:
        """Keep those for which this person answers as a privacy officer, never one about their own acts."""
        if user is SYSTEM:
            return self
        return self.exclude(item__actor_id=str(user.pk)) if policies.may_handle_incidents(user) else self.none()

    def newest_first(self) -> Self:
        return self.order_by("-detected_at", "-id")

    def beyond(self, incident: "Incident") -> Self:
        """Keep what stands after one in a list that begins with the newest."""
        same = models.Q(detected_at=incident.detected_at, id__lt=incident.pk)
        return self.filter(models.Q(detected_at__lt=incident.detected_at) | same)


class Incident(Stepped):
    """In clear: that there is one, and how it stands. What, when and whose is a letter to the privacy officers."""

    STARTS = (IncidentState.DETECTED,)
    NAMED_BY = "NEW.code"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("code"), max_length=references.LENGTH, unique=True, default=references.new_reference)
    item = models.OneToOneField("review.Item", on_delete=models.PROTECT, related_name="incident")
    state = FSMField(_("state"), default=IncidentState.DETECTED, choices=IncidentState, max_length=10, protected=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    detected_at = models.DateTimeField(_("detected"), default=timezone.now)
    # The log's entry on which the sealed letter hangs.
    entry = models.UUIDField(_("entry"), unique=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("confidentiality incident")
        verbose_name_plural = _("confidentiality incidents")
        default_permissions = ()
        indexes = [models.Index(fields=["-detected_at", "-id"], name="review_incident_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in IncidentState]),
                name="review_incident_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return references.shown(self.code)

    def _told_by(self, by: By) -> dict[str, Any]:
        return {"reference": self.code, "subject_type": self._meta.label_lower}
