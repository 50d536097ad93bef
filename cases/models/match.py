"""That two cases may be about one person: on the desk of the unit, for who supervises; nobody else hears of it."""

import uuid
from dataclasses import dataclass
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from audit.log.actions import Relation
from cases import actions
from cellule import references
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM, Permission
from cellule.steps import By, Stepped, step
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment


class MatchState(models.TextChoices):
    POSSIBLE = "possible", _("To look at")
    LOOKED_AT = "looked_at", _("Looked at")
    SAME = "same", _("Same person")
    NOT_SAME = "not_same", _("Not the same person")


OPEN_MATCHES = (MatchState.POSSIBLE, MatchState.LOOKED_AT)


@dataclass(frozen=True)
class Pair:
    """Two cases by id, the newer one first; `fits`: how well, in hundredths; `by_number`: by a telephone number."""

    newer: str
    older: str
    fits: int
    by_number: bool = False


class Desk:
    """The desk of a key group, which owns what is sealed to it."""

    reference = "desk"

    def __init__(self, group: uuid.UUID) -> None:
        self.pk = self.key_holder = group


def _supervises(match: "Match", user: Any) -> bool:
    return user is not SYSTEM and user.has_perm(Permission.SUPERVISE_CASES)


class MatchQuerySet(models.QuerySet["Match"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the matches that exist for this person: those of the unit's desk, for who supervises."""
        if user is not SYSTEM and user.is_active and user.has_perm(Permission.SUPERVISE_CASES):
            return self
        return self.none()

    def open(self) -> Self:
        """Keep those on which nobody has decided."""
        return self.filter(state__in=[state.value for state in OPEN_MATCHES])


class Match(SealedModel, Stepped):
    """One possible match. In clear: a code, and how it stands; which cases they are is sealed to the desk."""

    STARTS = (MatchState.POSSIBLE,)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=references.LENGTH, unique=True)
    desk = models.UUIDField(_("key group"))
    state = FSMField(_("how it stands"), default=MatchState.POSSIBLE, choices=MatchState, max_length=10, protected=True)
    recorded_week = models.DateField(_("recorded in the week of"))
    version = models.PositiveIntegerField(_("version"), default=1)
    pair = SealedDocument("cases.match.pair", document=Pair, compartment=Compartment.ORDINARY, owner="desk")

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible match")
        verbose_name_plural = _("possible matches")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in MatchState]),
                name="match_state_is_known",
                violation_error_message=_("A possible match cannot stand like this."),
            ),
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="match_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return references.shown(self.reference)

    @step(
        source=[MatchState.POSSIBLE],
        target=MatchState.LOOKED_AT,
        action=actions.MATCH_LOOKED_AT,
        label=_("Looked at, not decided"),
        slug="examinee",
        allowed=_supervises,
    )
    def look_at(self, *, by: Acting) -> None:
        """Somebody has compared the two cases, and must ask first."""

    @step(
        source=list(OPEN_MATCHES),
        target=MatchState.SAME,
        action=actions.MATCH_SAME,
        label=_("Same person"),
        slug="meme-personne",
        allowed=_supervises,
    )
    def confirm(self, *, by: Acting) -> None:
        """The two cases are about one person; neither of them is changed by that."""

    @step(
        source=list(OPEN_MATCHES),
        target=MatchState.NOT_SAME,
        action=actions.MATCH_NOT_SAME,
        label=_("Not the same person"),
        slug="personnes-differentes",
        allowed=_supervises,
    )
    def refute(self, *, by: Acting) -> None:
        """Two people; the pair comes to the desk no more."""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_MATCHES

    def _told_by(self, by: By) -> dict[str, Any]:
        return {
            "subject_type": self._meta.label_lower,
            "reference": self.reference,
            "relation": Relation.SUPERVISOR if _supervises(self, by.user) else Relation.NONE,
        }
