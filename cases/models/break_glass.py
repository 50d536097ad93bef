"""Emergency access to one case that is not one's own: four hours, read-only but for a note, reviewed every time.

It changes what is allowed, never who holds a key (`domain.md` 5.6). What is ordinary opens at once; identity, contact
and story wait for a supervisor. In a circle nothing opens: what is asked goes to the people of the circle.
"""

import uuid
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from audit.log.actions import Relation
from cases import actions, policies
from cases.models.additions import RowTaken
from cases.models.codes import EmergencyReason
from cases.models.glass_limit import TooMany, hold, refuse_too_many, tell_of_too_many
from cases.models.glass_steps import Glassed, moment
from cases.models.glass_visibility import LASTS, BreakGlassQuerySet, GlassState, under_unit_keys_of
from cases.models.milestone import MilestoneOrdinary
from cases.models.moments import now
from cases.notices import EMERGENCY_ASKED
from cellule import references
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM
from cellule.jobs.ledger import enqueue
from cellule.notices.notify import notify
from cellule.steps import By, Step, TooLate
from cellule.vault.details import record_with_detail
from cellule.vault.unlocked import log_reference

if TYPE_CHECKING:
    from cases.models.case import Case

_ONE_AT_A_TIME = _("You have another emergency access open. End it first: each one is for one case.")
_THEIRS_ALREADY = _("You can open this case already: no emergency access is needed.")


class BreakGlass(Glassed):
    """One request and its use. In clear: who, which code they typed, why by a code, and when; the words are a letter."""

    # The log tells of it under the reference that was typed, whether there is such a case or not.
    NAMED_BY = "NEW.asked_for"
    TOLD_APART = "NEW.reference"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=references.LENGTH, unique=True)
    asker = models.UUIDField(_("asked by"))
    asked_for = models.CharField(_("case asked for"), max_length=references.LENGTH)
    # Empty for a reference that names nothing; the page of whoever asks never tells.
    case = models.ForeignKey("cases.Case", on_delete=models.SET_NULL, null=True, related_name="emergencies")
    reason = models.CharField(_("reason"), max_length=20, choices=EmergencyReason)
    state = FSMField(
        _("how it stands"), default=GlassState.REQUESTED, choices=GlassState, max_length=15, protected=True
    )
    asked_at = models.DateTimeField(_("asked at"), db_default=Now())
    begun_at = models.DateTimeField(_("begun at"), null=True)
    ends_at = models.DateTimeField(_("ends at"), null=True)
    over_at = models.DateTimeField(_("over at"), null=True)
    secret_asked = models.BooleanField(_("identity, contact and story asked for"), default=False)
    agreed_by = models.UUIDField(_("agreed by"), null=True)
    answered_by = models.UUIDField(_("answered by"), null=True)
    # Whoever asks goes on reading that a colleague takes care of it, also while it is reviewed.
    is_taken_up = models.BooleanField(_("somebody takes care of it"), default=False)
    # Whether the reviewers were told that a review is late.
    review_late = models.BooleanField(_("late review announced"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        verbose_name = _("emergency access")
        verbose_name_plural = _("emergency accesses")
        default_permissions = ()
        indexes = [
            models.Index(fields=["asker", "-asked_at"], name="glass_of_asker"),
            # A few rows at any time; the reviewed ones are of no interest to a job or a first page.
            models.Index(
                fields=["state", "asked_at"],
                condition=~models.Q(state__in=["justified", "unjustified"]),
                name="glass_not_judged",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in GlassState]),
                name="glass_state_is_known",
                violation_error_message=_("An emergency access cannot stand like this."),
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=[reason.value for reason in EmergencyReason]),
                name="glass_reason_is_known",
                violation_error_message=_("Choose a reason from the list."),
            ),
            models.CheckConstraint(
                condition=models.Q(begun_at=None, ends_at=None)
                | models.Q(begun_at__isnull=False, ends_at=models.F("begun_at") + LASTS),
                name="glass_lasts_four_hours",
                violation_error_message=_("An emergency access lasts four hours."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="active") | models.Q(begun_at__isnull=False, over_at=None),
                name="glass_open_has_begun",
                violation_error_message=_("An open emergency access says when it began."),
            ),
            models.CheckConstraint(
                condition=models.Q(agreed_by=None)
                | (models.Q(secret_asked=True) & ~models.Q(agreed_by=models.F("asker"))),
                name="glass_agreed_by_a_second_person",
                violation_error_message=_("A second person agrees to identity, contact and story."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_taken_up=False) | models.Q(answered_by__isnull=False),
                name="glass_taken_up_by_somebody",
                violation_error_message=_("Somebody takes care of it, or nobody does."),
            ),
            models.UniqueConstraint(
                fields=["asker"],
                condition=models.Q(state="active"),
                name="glass_one_open_for_each",
                violation_error_message=_ONE_AT_A_TIME,
            ),
        ]

    def __str__(self) -> str:
        return references.shown(self.reference)

    # --- Asking ------------------------------------------------------------------------------------

    @classmethod
    def ask(
        cls, *, by: Acting, row_id: uuid.UUID, asked_for: str, reason: EmergencyReason, words: str, secret: bool = False
    ) -> "BreakGlass":
        """Ask for a case by its stored reference; a case of the unit opens at once. Sent twice, it is asked for once.

        `words` go sealed to the privacy officers; `secret`: whether a supervisor is asked for the rest, too. Nothing in
        what is given back tells a circle's case from none at all. Raises PermissionDenied, RowTaken, TooLate while
        another one is open, TooMany for more cases in a day than one person may ask for.
        """
        if not policies.may_ask_in_emergency(by.user):
            raise PermissionDenied
        if sent_before := cls.objects.filter(pk=row_id).first():
            return sent_before._if_asked_by(by)
        for stale in cls.objects.run_out().filter(asker=by.user.pk, state=GlassState.ACTIVE):
            stale.let_run_out(by=SYSTEM)
        use = cls(pk=row_id, reference=references.new_reference(), asker=by.user.pk, asked_for=asked_for, reason=reason)
        try:
            with transaction.atomic():
                return use._begin_with(words, by, secret=secret)
        except IntegrityError:
            # The same form, or another one, sent at the same moment: the other one was first.
            if sent_before := cls.objects.filter(pk=row_id).first():
                return sent_before._if_asked_by(by)
            raise TooLate([_ONE_AT_A_TIME]) from None
        except TooMany:
            tell_of_too_many(asked_for, by)
            raise

    def _begin_with(self, words: str, by: Acting, *, secret: bool) -> "BreakGlass":
        from cases.models.case import Case  # the case is what is asked for

        hold(by)
        emergencies = type(self).objects
        if running := emergencies.in_force().filter(asker=by.user.pk).first():
            if running.asked_for == self.asked_for:
                return running
            raise TooLate([_ONE_AT_A_TIME])
        refuse_too_many(emergencies.all(), self.asked_for, by)
        # Locked, so that it is in no circle later than it is looked at.
        self.case = Case.objects.select_for_update(of=("self",)).filter(reference=self.asked_for).first()
        # Everything is asked by the reference, whether there is a case or not: the time it takes tells nothing either.
        if Case.objects.visible_to(by.user).filter(reference=self.asked_for).exists():
            raise TooLate([_THEIRS_ALREADY])
        opens = self.is_openable_by(by.user)
        waiting = emergencies.unanswered_of(by.user).filter(asked_for=self.asked_for).first()
        if waiting and not opens:
            # Asked for in another tab, or once more: nobody is told of it twice.
            return waiting
        self.save(force_insert=True)
        # What does not open at once does the same work, whatever there is: a job without keys finds out who is told.
        if not opens:
            enqueue("cases.pass_emergency_on", self.pk, by=by.actor)
        told = {**self._told(Relation.BREAK_GLASS), "shown": [self.reference]}
        record_with_detail(actions.EMERGENCY_ASKED, {"words": words}, by=by.actor, purpose=self.reason, **told)
        if opens:
            self.begin(by=by)
            if secret:
                self.ask_secret(by=by)
        return self

    # --- Questions ---------------------------------------------------------------------------------

    @property
    def is_in_force(self) -> bool:
        """Whether it is open at this moment of the database's clock."""
        return type(self)._default_manager.filter(pk=self.pk).in_force().exists()

    @property
    def has_run_out(self) -> bool:
        return type(self)._default_manager.filter(pk=self.pk).run_out().exists()

    @property
    def tells_secrets(self) -> bool:
        """Whether identity, contact and story are open with it: a second person agreed."""
        return self.agreed_by is not None

    @property
    def has_begun(self) -> bool:
        return self.begun_at is not None

    @property
    def seconds_left(self) -> int:
        """How many seconds are left by the database's clock; 0 when it is over."""
        left = (self.ends_at - moment()).total_seconds() if self.ends_at and self.state == GlassState.ACTIVE else 0
        return max(int(left), 0)

    @property
    def left_in_words(self) -> str:
        """What is left in hours and minutes, as both languages write it."""
        minutes = -(-self.seconds_left // 60)
        return f"{minutes // 60} h {minutes % 60:02d} min"

    @property
    def code_asked_for(self) -> str:
        """The case's code as people read it."""
        return references.shown(self.asked_for)

    def is_openable_by(self, user: Any) -> bool:
        """Whether the case lies under keys of the unit that the person holds, and is not theirs anyhow."""
        from cases.models.case import Case  # the case is what is asked for

        return Case.objects.filter(under_unit_keys_of(user), reference=self.asked_for).exists()

    # --- What the steps share ----------------------------------------------------------------------

    @property
    def _told_apart(self) -> str:
        return self.reference

    def _held(self, by: By) -> "BreakGlass":
        # The case, then what hangs on it: whoever writes into a case, or moves it, comes the same way.
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM cases_case WHERE id = %s FOR NO KEY UPDATE", [self.case_id])
        return super()._held(by)

    def _remember(self, step: Step, before: str, by: Any, told: dict[str, Any]) -> None:
        """Who works on the case finds in its timeline that somebody else opened it."""
        if step.name in ("begin", "agree") and self.case is not None:
            stage = self.case.state
            self.case.leave_milestone(MilestoneOrdinary(step.name, stage, stage, now(), str(by.user.pk)), by)

    def told(self, by: By) -> dict[str, Any]:
        """What the log says of this request: type, the reference that was typed, and what ties the actor to the case.

        While nothing opened, whoever asks is told of alike, whether there is a case or not.
        """
        if by.user.pk == self.asker:
            subject = log_reference(self.case_id) if self.case_id and self.has_begun else None
            return {**self._told(Relation.BREAK_GLASS), "subject": subject}
        relation = Relation.NONE if self.case is None else self.case.relation_to(by.user)
        return {**self._told(relation), "subject": log_reference(self.case_id) if self.case_id else None}

    def _told_by(self, by: By) -> dict[str, Any]:
        return self.told(by)

    def _told(self, relation: Relation) -> dict[str, Any]:
        return {"subject_type": self._meta.label_lower, "reference": self.asked_for, "relation": relation}

    def pass_on(self) -> None:
        """Tell the people of its circle that somebody asks for the case; for a reference of nothing nobody is told."""
        if self.state == GlassState.REQUESTED and self.case is not None:
            for grant in self.case.user_grants.select_related("user"):
                if grant.user.is_active and self.case.is_worked_by(grant.user):
                    notify(grant.user_id, EMERGENCY_ASKED, self.reference, by=SYSTEM.actor)

    def _if_asked_by(self, by: Acting) -> "BreakGlass":
        if self.asker != by.user.pk:
            raise RowTaken
        return self


def emergency_of(case: "Case", user: Any) -> BreakGlass | None:
    """Give the emergency access by which this case is open to a person at this moment, asked anew each time."""
    return BreakGlass.objects.opening_to(user).filter(case=case.pk).first()
