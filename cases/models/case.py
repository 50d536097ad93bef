"""The case: one person's file with the unit, known by its code; it begins as an inquiry, without any name."""

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField
from guardian.shortcuts import assign_perm

from audit.log.actions import Relation
from audit.log.record import record
from cases import policies
from cases.actions import INQUIRY_OPENED
from cases.models.additions import Added, RowTaken
from cases.models.break_glass import BreakGlass, emergency_of
from cases.models.circle import Encircled
from cases.models.codes import OPEN, Channel, Interpreter, State
from cases.models.consenting import Consented
from cases.models.entrusting import LEAD, SHARE, Entrusted
from cases.models.milestone import MilestoneOrdinary
from cases.models.moments import now, this_week
from cases.models.person import Person, PersonOrdinary
from cases.models.risk import Standing
from cases.models.stages import WORKED_ON, LimitsStory, Staged
from cases.models.visibility import CaseQuerySet, grants_on
from cellule import references
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM, Permission
from cellule.steps import By
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models import KeyGroup
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import Sealer, group_id, log_reference, new_subject

if TYPE_CHECKING:
    from cellule.accounts.models import User


@dataclass(frozen=True)
class CaseOrdinary:
    """What lists show of a case. `opened_at`: ISO 8601; `language`: ISO 639-3, empty when not known."""

    opened_at: str
    channel: str
    language: str
    interpreter: str

    @property
    def opened_on(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(self.opened_at)


@dataclass(frozen=True)
class IntakeStory:
    """What the intake leaves open: `happened` and `needs` are empty, "none", or a kind of unknown as JSON."""

    happened: Any = ""
    needs: Any = ""


class Case(Staged, Entrusted, Encircled, Added, Consented, SealedModel):
    """One file. In clear: its code, its stage and what the stage rests on, and weeks; everything else is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=references.LENGTH, unique=True)
    state = FSMField(_("stage"), default=State.INQUIRY, choices=State, max_length=20, protected=True)
    key_holder = models.UUIDField(_("key group"))
    version = models.PositiveIntegerField(_("version"), default=1)
    awaits_lead = models.BooleanField(_("waits for a lead"), default=False)
    opened_week = models.DateField(_("opened in the week of"))
    # Set when the limits of confidentiality were explained.
    intake_week = models.DateField(_("intake begun in the week of"), null=True)
    contact_settled = models.BooleanField(_("safe contact is settled"), default=False)
    # True when the danger is small, or great and seen by a second person; False tells nothing of it.
    risk_settled = models.BooleanField(_("risk is settled"), default=False)
    risk_assessed_by = models.UUIDField(_("risk assessed by"), null=True)
    closing_proposed_by = models.UUIDField(_("closing proposed by"), null=True)
    closed_by = models.UUIDField(_("closed by"), null=True)
    # Set until a second person has decided.
    circle_asked_by = models.UUIDField(_("circle asked for by"), null=True)
    lift_asked_by = models.UUIDField(_("end of the circle asked for by"), null=True)
    closed_week = models.DateField(_("closed in the week of"), null=True)
    ordinary = SealedDocument("cases.case.ordinary", document=CaseOrdinary, compartment=Compartment.ORDINARY)
    standing = SealedDocument("cases.case.standing", document=Standing, compartment=Compartment.ORDINARY, null=True)
    intake = SealedDocument("cases.case.intake", document=IntakeStory, compartment=Compartment.STORY, null=True)
    limits = SealedDocument("cases.case.limits", document=LimitsStory, compartment=Compartment.STORY, null=True)

    objects = CaseQuerySet.as_manager()
    # Set by the door that opened it in an emergency, for the banner of its pages.
    emergency: BreakGlass | None = None
    # Set by `telling_grants_of`.
    granted: list[str]
    asked_by: uuid.UUID

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        default_permissions = ()
        permissions = [(LEAD, "Leads the case"), (SHARE, "Works on the case beside its lead")]
        indexes = [
            models.Index(fields=["-opened_week", "id"], name="case_newest_first"),
            models.Index(
                fields=["-opened_week", "id"], condition=models.Q(awaits_lead=True), name="case_awaiting_lead"
            ),
            # Each serves one filter of a list, newest first.
            models.Index(fields=["state", "-opened_week", "id"], name="case_of_stage"),
            models.Index(
                fields=["-opened_week", "id"],
                condition=models.Q(state__in=[state.value for state in OPEN]),
                name="case_open",
            ),
            models.Index(
                fields=["-opened_week", "id"],
                condition=models.Q(state__in=[state.value for state in OPEN], closing_proposed_by__isnull=False),
                name="case_awaiting_decision",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]),
                name="case_state_is_known",
                violation_error_message=_("There is no such stage."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.INQUIRY.value) | models.Q(intake_week=None),
                name="case_inquiry_precedes_intake",
                violation_error_message=_("An inquiry has had no intake yet."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[state.value for state in WORKED_ON]) | ~models.Q(intake_week=None),
                name="case_intake_explains_limits",
                violation_error_message=_(
                    "Nobody is asked anything before the limits of confidentiality are explained."
                ),
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[State.ASSESSMENT.value, State.ACTIVE.value, State.FOLLOW_UP.value])
                | models.Q(contact_settled=True),
                name="case_assessment_knows_contact",
                violation_error_message=_("A case is assessed once it is known how to reach the person safely."),
            ),
            models.CheckConstraint(
                # That a great danger is countersigned is asked before support begins; it may grow afterwards.
                condition=~models.Q(state__in=[State.ACTIVE.value, State.FOLLOW_UP.value])
                | models.Q(standing__isnull=False),
                name="case_support_knows_risk",
                violation_error_message=_("Support begins once the danger is known."),
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.CLOSED.value, closed_by__isnull=False, closed_week__isnull=False)
                | (~models.Q(state=State.CLOSED.value) & models.Q(closed_by=None, closed_week=None)),
                name="case_closed_says_by_whom",
                violation_error_message=_("A closed case says who closed it and in which week; an open one does not."),
            ),
            models.CheckConstraint(
                # Only an inquiry is closed by one person alone.
                condition=~models.Q(state=State.CLOSED.value)
                | models.Q(intake_week=None)
                | (models.Q(closing_proposed_by__isnull=False) & ~models.Q(closing_proposed_by=models.F("closed_by"))),
                name="case_closed_by_a_second_person",
                violation_error_message=_("A case is closed by a supervisor who did not propose it."),
            ),
            models.CheckConstraint(
                condition=models.Q(awaits_lead=False) | ~models.Q(state=State.CLOSED.value),
                name="case_closed_awaits_nobody",
                violation_error_message=_("A closed case waits for nobody to lead it."),
            ),
            models.CheckConstraint(
                condition=models.Q(circle_asked_by=None) | models.Q(lift_asked_by=None),
                name="case_one_question_of_circle",
                violation_error_message=_("One thing is asked about a circle at a time."),
            ),
            # Nothing finer than a week lies in clear.
            models.CheckConstraint(condition=models.Q(opened_week__iso_week_day=1), name="case_opened_week_is_monday"),
            models.CheckConstraint(
                condition=models.Q(intake_week=None) | models.Q(intake_week__iso_week_day=1),
                name="case_intake_week_is_monday",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_week=None) | models.Q(closed_week__iso_week_day=1),
                name="case_closed_week_is_monday",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The reference as people read it: 7QK2-M9XD."""
        return references.shown(self.reference)

    # --- Opening -----------------------------------------------------------------------------------

    @classmethod
    def open_inquiry(
        cls, *, by: Acting, row_id: uuid.UUID, channel: Channel, language: str = "", interpreter: Interpreter
    ) -> "Case":
        """Open a case without any name, led by whoever opens it. Sent twice with one `row_id`, it is opened once.

        Raises PermissionDenied, RowTaken.
        """
        if not policies.may_open_inquiry(by.user):
            raise PermissionDenied
        if sent_before := cls.objects.filter(pk=row_id).first():
            return sent_before._if_led_by(by)
        case = cls(pk=row_id, reference=references.new_reference(), opened_week=this_week())
        case.key_holder = group_id(KeyGroup.Kind.INTAKE)
        try:
            with transaction.atomic():
                case._begin(by, CaseOrdinary(now(), channel, language, interpreter))
        except IntegrityError:
            # The same form, sent twice at the same moment: the other one was first.
            if (sent_before := cls.objects.filter(pk=row_id).first()) is None:
                raise
            return sent_before._if_led_by(by)
        return case

    def _begin(self, by: Acting, ordinary: CaseOrdinary) -> None:
        sealer = self.sealer(by)
        sealer.write(self, "ordinary", ordinary)
        self.save(force_insert=True)
        subject = new_subject(self.pk)
        client = Person(reference=references.new_reference(), case=self, is_client=True, recorded_week=self.opened_week)
        sealer.write(client, "ordinary", PersonOrdinary())
        client.save(force_insert=True)
        opened = MilestoneOrdinary("open_inquiry", "", self.state, ordinary.opened_at, str(by.user.pk))
        self.leave_milestone(opened, by)
        assign_perm(LEAD, by.user, self)
        record(INQUIRY_OPENED, by=by.actor, **self.told(by, subject=subject))

    # --- Questions ---------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def is_led_by(self, user: "User") -> bool:
        """Whether the person leads this case, alone or with their organisation."""
        return LEAD in self._grants_of(user)

    def is_worked_by(self, user: "User") -> bool:
        """Whether the person leads this case or shares in it."""
        return bool(self._grants_of(user))

    def relation_to(self, user: "User") -> Relation:
        """What ties a person to this case, for the log."""
        if user is SYSTEM:
            return Relation.NONE
        if self.is_worked_by(user):
            return Relation.ASSIGNED
        if user.has_perm(Permission.SUPERVISE_CASES):
            return Relation.SUPERVISOR
        return Relation.BREAK_GLASS if self.emergency_of(user) else Relation.NONE

    def emergency_of(self, user: "User") -> BreakGlass | None:
        """Give the emergency access by which the case is open to a person at this moment, asked anew each time."""
        return emergency_of(self, user)

    def told(self, by: By, *, subject: uuid.UUID | None = None) -> dict[str, Any]:
        """What the log says of this case: type, reference, log reference and what ties the actor to it."""
        return {
            "subject_type": "cases.case",
            "reference": self.reference,
            "subject": subject or log_reference(self.pk),
            "relation": self.relation_to(by.user),
        }

    def sealer(self, by: Acting) -> Sealer:
        """The newest keys of what is ordinary and of the story; inside a step they are asked for once."""
        known = self.__dict__.get("_sealers", {})
        if self.key_holder not in known:
            known[self.key_holder] = by.vault.sealer(self, Compartment.ORDINARY, Compartment.STORY)
        return known[self.key_holder]

    def _held(self, by: By) -> "Case":
        try:
            held = super()._held(by)
        except Http404:
            # Whoever waited while the case came into their own circle had no key of it when they began to wait.
            held = super()._held(by)
        # This row lives as long as its step: nobody else's keys and none of a rolled back act can be met here.
        held.__dict__["_sealers"] = {}
        return held

    def _grants_of(self, user: "User") -> frozenset[str]:
        """What was granted to the person on this case; asked once of each loaded case."""
        known = self.__dict__.setdefault("_worked_by", {})
        if user.pk not in known:
            asked = getattr(self, "asked_by", None) == user.pk
            known[user.pk] = frozenset(self.granted) if asked else grants_on(self.pk, user)
        return known[user.pk] if user.is_active else frozenset()

    def _follow(self, held: "Case") -> None:
        """The caller's copy knows what the held row says, and asks anew to whom it is granted."""
        super()._follow(held)
        for name in ("_worked_by", "asked_by"):
            self.__dict__.pop(name, None)

    def _if_led_by(self, by: Acting) -> "Case":
        if not self.is_led_by(by.user):
            raise RowTaken
        return self
