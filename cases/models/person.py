"""Somebody who plays a part in a case: by any name or none; who they are on paper lies apart and may stay empty."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cellule import references
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment

# Where an answer may be one of three kinds of unknown, the document holds `{"unknown": …}` (`cellule.forms.unknown`).
type Answer = Any


@dataclass(frozen=True)
class PersonOrdinary:
    """What somebody is called, and what is known of them without papers.

    `called`: any name, or how others call them; `age_band`: a code of `AgeBand`; `interpreter`: a code of
    `InterpreterGender`; `avoid`: whom an interpreter must not be, in words.
    """

    called: Answer = ""
    pronouns: Answer = ""
    age_band: Answer = ""
    interpreter: Answer = ""
    avoid: Answer = ""


@dataclass(frozen=True)
class PersonIdentity:
    """Who somebody is on paper. `born`: a FuzzyDate's JSON; `seen`: codes of documents seen, never a number."""

    legal_name: str = ""
    original_script: str = ""
    born: dict[str, str] | None = None
    seen: tuple[str, ...] = ()


class PersonQuerySet(models.QuerySet["Person"]):
    def in_order(self) -> "PersonQuerySet":
        """Whom the case is about first; then as they came, as far as the clear columns know."""
        return self.order_by("-is_client", "recorded_week", "pk")


class Person(SealedModel):
    """One person of a case. In clear: a code, and whether the case is about them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=references.LENGTH, unique=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="people")
    is_client = models.BooleanField(_("the case is about this person"), default=False)
    recorded_week = models.DateField(_("recorded in the week of"))
    version = models.PositiveIntegerField(_("version"), default=1)
    ordinary = SealedDocument(
        "cases.person.ordinary", document=PersonOrdinary, compartment=Compartment.ORDINARY, owner="case_id"
    )
    identity = SealedDocument(
        "cases.person.identity",
        document=PersonIdentity,
        compartment=Compartment.IDENTITY,
        owner="case_id",
        null=True,
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(is_client=True), name="person_one_client"),
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="person_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return references.shown(self.reference)
