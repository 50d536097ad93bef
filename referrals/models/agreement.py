"""An agreement with an agency, between two dates: without one in force nothing is sent."""

import datetime
import uuid
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, models, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from audit.log.actions import Relation
from audit.log.record import record
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM, Permission
from cellule.steps import By, Condition, Stepped, TooLate, step
from referrals import actions, policies
from referrals.models.agency import Agency

if TYPE_CHECKING:
    from cellule.accounts.roles import System


class AgreementState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_FORCE = "in_force", _("In force")
    SUSPENDED = "suspended", _("Suspended")
    ENDED = "ended", _("Ended")


MAY_RECEIVE = Condition(
    lambda agreement, user: agreement.agency.may_receive,
    _("This is a police or border body: nothing can ever be sent to it."),
)
SIGNED = Condition(
    lambda agreement, user: agreement.signed_on is not None, _("Write down first when the agreement was signed.")
)
NOT_OVER = Condition(
    lambda agreement, user: agreement.ends_on >= timezone.localdate(),
    _("The last day of this agreement has passed. Make a new one."),
)
ALONE = Condition(
    # All of them, so that a page which has them already asks no more.
    lambda agreement, user: all(each.state != AgreementState.IN_FORCE for each in agreement.agency.agreements.all()),
    _("Another agreement with this agency is in force. End it first."),
)
OVER = Condition(lambda agreement, user: agreement.ends_on < timezone.localdate(), _("The last day has not passed."))


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the agreements that exist for this person: whoever may read the directory."""
        if user is SYSTEM or (user.is_active and user.has_perm(Permission.WORK_CASES)):
            return self
        return self.none()

    def in_force(self, on: datetime.date) -> Self:
        """Keep the agreements under which something may be sent on this day."""
        return self.filter(state=AgreementState.IN_FORCE, starts_on__lte=on, ends_on__gte=on, agency__may_receive=True)

    def over(self, on: datetime.date) -> Self:
        """Keep those whose last day has passed and which nobody has ended yet."""
        return self.filter(state__in=[AgreementState.IN_FORCE, AgreementState.SUSPENDED], ends_on__lt=on)


class Agreement(Stepped):
    """One agreement; `number` is its own on paper. Both days are included."""

    STARTS = (AgreementState.DRAFT,)
    # The log tells of an agreement under its agency.
    NAMED_BY = "(SELECT a.reference FROM public.referrals_agency a WHERE a.id = NEW.agency_id)"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="agreements")
    number = models.CharField(_("number"), max_length=40)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    signed_on = models.DateField(_("signed on"), null=True)
    state = FSMField(
        _("how it stands"), default=AgreementState.DRAFT, choices=AgreementState, max_length=10, protected=True
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    # True until it has ended. Written by the database, and with the agency a foreign key to one that may receive: a
    # police or border body can have none, and nobody who has one can become such a body.
    binds = models.GeneratedField(
        expression=models.Case(
            models.When(~models.Q(state=AgreementState.ENDED.value), then=models.Value(True)),
            default=None,
            output_field=models.BooleanField(null=True),
        ),
        output_field=models.BooleanField(_("binds"), null=True),
        db_persist=True,
    )

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in AgreementState]),
                name="agreement_state_is_known",
                violation_error_message=_("An agreement cannot stand like this."),
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on__lte=models.F("ends_on")),
                name="agreement_days_are_in_order",
                violation_error_message=_("The first day comes before the last one."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[AgreementState.IN_FORCE.value, AgreementState.SUSPENDED.value])
                | models.Q(signed_on__isnull=False),
                name="agreement_in_force_is_signed",
                violation_error_message=_("An agreement in force has been signed."),
            ),
            models.UniqueConstraint(
                fields=["agency"],
                condition=models.Q(state=AgreementState.IN_FORCE.value),
                name="agreement_in_force_is_alone",
                violation_error_message=_("An agency has one agreement in force."),
            ),
            models.UniqueConstraint(
                fields=["agency", "number"],
                name="agreement_number_once",
                violation_error_message=_("The agency has an agreement with this number already."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def holds_for(cls, agency: uuid.UUID, on: datetime.date) -> bool:
        """Whether one is in force with an agency on a day. Inside an act it stays so until the act has ended."""
        found = cls.objects.in_force(on).filter(agency=agency)
        if not (held := found.values_list("pk", flat=True).first()):
            return False
        if not connection.in_atomic_block:
            return True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM referrals_agreement WHERE id = %s FOR SHARE", [held])
        # Whoever waited for the lock asks again.
        return found.filter(pk=held).exists()

    # --- Making --------------------------------------------------------------------------------------

    @classmethod
    def draft(
        cls,
        agency: Agency,
        *,
        by: Acting,
        row_id: uuid.UUID,
        number: str,
        starts_on: datetime.date,
        ends_on: datetime.date,
        signed_on: datetime.date | None = None,
    ) -> "Agreement":
        """Write an agreement down; it holds once it is put in force. Sent twice with one `row_id`, it is one.

        Raises Http404, PermissionDenied, TooLate (the number is taken).
        """
        days = {"starts_on": starts_on, "ends_on": ends_on, "signed_on": signed_on}
        try:
            with transaction.atomic():
                held = Agency.objects.visible_to(by.user).select_for_update(of=("self",)).filter(pk=agency.pk).first()
                if held is None:
                    raise Http404
                if not policies.may_agree(held, by.user):
                    raise PermissionDenied
                if sent_before := cls.objects.filter(pk=row_id, agency=held).first():
                    return sent_before
                agreement = cls(pk=row_id, agency=held, number=number, **days)
                agreement.save(force_insert=True)
                record(actions.AGREEMENT_DRAFTED, by=by.actor, **agreement._told_by(by))
                return agreement
        except IntegrityError as refusal:
            if "agreement_number_once" not in str(refusal):
                raise
            raise TooLate([_("The agency has an agreement with this number already.")]) from None

    # --- Questions -----------------------------------------------------------------------------------

    def is_in_force(self, on: datetime.date) -> bool:
        """Whether something may be sent under it on this day; looks at the days itself."""
        return (
            self.state == AgreementState.IN_FORCE and self.starts_on <= on <= self.ends_on and self.agency.may_receive
        )

    # --- Steps ---------------------------------------------------------------------------------------

    @step(
        source=[AgreementState.DRAFT],
        target=AgreementState.IN_FORCE,
        action=actions.AGREEMENT_IN_FORCE,
        label=_("Put the agreement in force"),
        slug="mettre-en-vigueur",
        allowed=policies.may_settle,
        conditions=[MAY_RECEIVE, SIGNED, NOT_OVER, ALONE],
    )
    def put_in_force(self, *, by: Acting) -> None:
        """From its first to its last day something may be sent to the agency."""

    @step(
        source=[AgreementState.IN_FORCE],
        target=AgreementState.SUSPENDED,
        action=actions.AGREEMENT_SUSPENDED,
        label=_("Suspend the agreement"),
        slug="suspendre",
        allowed=policies.may_settle,
    )
    def suspend(self, *, by: Acting) -> None:
        """Nothing more is sent until it is resumed."""

    @step(
        source=[AgreementState.SUSPENDED],
        target=AgreementState.IN_FORCE,
        action=actions.AGREEMENT_RESUMED,
        label=_("Resume the agreement"),
        slug="reprendre",
        allowed=policies.may_settle,
        conditions=[MAY_RECEIVE, NOT_OVER, ALONE],
    )
    def resume(self, *, by: Acting) -> None:
        """The reason for suspending it is gone."""

    @step(
        source=[AgreementState.DRAFT, AgreementState.IN_FORCE, AgreementState.SUSPENDED],
        target=AgreementState.ENDED,
        action=actions.AGREEMENT_ENDED,
        label=_("End the agreement"),
        slug="terminer",
        allowed=policies.may_settle,
    )
    def end(self, *, by: Acting) -> None:
        """For good: another one would be a new agreement."""

    @step(
        source=[AgreementState.IN_FORCE, AgreementState.SUSPENDED],
        target=AgreementState.ENDED,
        action=actions.AGREEMENT_EXPIRED,
        label=_("Expire"),
        slug="expirer",
        allowed=policies.is_the_house,
        conditions=[OVER],
    )
    def expire(self, *, by: "System") -> None:
        """Only tidies up: past its last day it has not been in force anyway."""

    def _held(self, by: By) -> "Agreement":
        # The agency first, as in making one and in an import, so that its kind stays what it is meanwhile.
        Agency.objects.select_for_update(of=("self",)).get(pk=self.agency_id)
        return super()._held(by)

    def _told_by(self, by: By) -> dict[str, Any]:
        relation = Relation.NONE if by.user is SYSTEM else Relation.SUPERVISOR
        return {"reference": self.agency.reference, "subject_type": self._meta.label_lower, "relation": relation}
