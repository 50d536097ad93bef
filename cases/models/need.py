"""What a person needs, until it is met."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from cases import actions, policies
from cases.models.codes import NeedState
from cellule.accounts.acting import Acting
from cellule.steps import By, Condition, Step, Stepped, step
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment

if TYPE_CHECKING:
    from cellule.accounts.models import User

IN_OPEN_CASE = Condition(lambda need, user: need.case.is_open, _("The case is closed."))


@dataclass(frozen=True)
class NeedStory:
    """`kind`: a code of `NeedKind`; `recorded_at` ISO 8601, `recorded_by` a user's id."""

    kind: str
    words: str
    recorded_at: str
    recorded_by: str


class NeedQuerySet(models.QuerySet["Need"]):
    def visible_to(self, user: "User") -> "NeedQuerySet":
        """Keep the needs of cases that exist for this person."""
        from cases.models.case import Case  # the case names its needs, too

        return self.filter(case__in=Case.objects.visible_to(user))


class Need(SealedModel, Stepped):
    """One need. In clear: how it stands, and whether it is urgent."""

    STARTS = (NeedState.OPEN,)
    # The log tells of a need under its case.
    NAMED_BY = "(SELECT c.reference FROM public.cases_case c WHERE c.id = NEW.case_id)"
    TOLD_APART = "NEW.id::text"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="needs")
    state = FSMField(_("how it stands"), default=NeedState.OPEN, choices=NeedState, max_length=10, protected=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    recorded_week = models.DateField(_("recorded in the week of"))
    version = models.PositiveIntegerField(_("version"), default=1)
    story = SealedDocument("cases.need.story", document=NeedStory, compartment=Compartment.STORY, owner="case_id")

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in NeedState]), name="need_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="need_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return "need"

    @step(
        source=[NeedState.OPEN],
        target=NeedState.MET,
        action=actions.NEED_MET,
        label=_("It is met"),
        slug="comble",
        allowed=lambda need, user: policies.may_read(need.case, user),
        conditions=[IN_OPEN_CASE],
    )
    def meet(self, *, by: Acting) -> None:
        """Somebody has given what was needed."""

    @step(
        source=[NeedState.OPEN],
        target=NeedState.DROPPED,
        action=actions.NEED_DROPPED,
        label=_("No longer asked for"),
        slug="abandonne",
        allowed=lambda need, user: policies.may_read(need.case, user),
        conditions=[IN_OPEN_CASE],
    )
    def drop(self, *, by: Acting) -> None:
        """The person does not ask for it any more."""

    @step(
        source=[NeedState.MET, NeedState.DROPPED],
        target=NeedState.OPEN,
        action=actions.NEED_BACK,
        label=_("It is needed again"),
        slug="de-retour",
        allowed=lambda need, user: policies.may_read(need.case, user),
        conditions=[IN_OPEN_CASE],
    )
    def come_back(self, *, by: Acting) -> None:
        """Noted too early, or needed again."""

    @property
    def _told_apart(self) -> str:
        return str(self.pk)

    def _held(self, by: By) -> "Need":
        # The case first, so that no step of the case looks at its needs meanwhile.
        type(self.case)._default_manager.select_for_update(of=("self",)).get(pk=self.case_id)
        return super()._held(by)

    def _remember(self, step: Step, before: str, by: By, told: dict[str, Any]) -> None:
        self.case._remember(step, self.case.state, by, told)

    def _told_by(self, by: By) -> dict[str, Any]:
        return {**self.case.told(by), "subject_type": self._meta.label_lower}
