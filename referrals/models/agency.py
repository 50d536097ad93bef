"""An agency of the directory: a body that helps, or one that never receives anything."""

import datetime
import uuid
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Relation
from audit.log.record import record
from cellule import references
from cellule.accounts.acting import Acting
from cellule.accounts.models import Organisation, User
from cellule.accounts.roles import SYSTEM, Permission
from cellule.enforcement import NAMES
from cellule.steps import TooLate
from referrals import actions, policies

if TYPE_CHECKING:
    from referrals.models.agreement import Agreement


class AgencyKind(models.TextChoices):
    LEGAL_CLINIC = "legal_clinic", _("Legal clinic")
    SHELTER = "shelter", _("Shelter")
    HEALTH = "health", _("Health")
    RIGHTS = "rights", _("Rights group")
    FOOD_BANK = "food_bank", _("Food bank")
    SUPPORT = "support", _("Support and counselling")
    GOVERNMENT = "government", _("Government body")
    POLICE = "police", _("Police")
    BORDER = "border", _("Border or immigration enforcement")
    OTHER = "other", _("Other body")


# Nothing is ever sent to these: no agreement, no organisation, and no way back to another kind.
APART = (AgencyKind.POLICE, AgencyKind.BORDER)
_IS_APART = models.Q(kind__in=[kind.value for kind in APART])


class AgencyQuerySet(models.QuerySet["Agency"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the agencies that exist for this person: the directory is open to whoever works on cases."""
        if user is SYSTEM or (user.is_active and user.has_perm(Permission.WORK_CASES)):
            return self
        return self.none()

    def receiving(self) -> Self:
        """Keep the agencies to which something may be sent at all; whether now, their agreement says."""
        return self.filter(may_receive=True)


class Agency(models.Model):
    """What is public of a body, as its directory tells it. `hsds_id` is the directory's own identifier."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=references.LENGTH, unique=True)
    hsds_id = models.CharField(_("identifier in the directory"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=AgencyKind, default=AgencyKind.OTHER)
    website = models.URLField(_("website"), max_length=500, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    # The body whose people sign in here, once it has joined.
    organisation = models.OneToOneField(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="agency"
    )
    imported_on = models.DateField(_("last import"))
    # Written by the database; agreements and referrals point at it together with the key.
    may_receive = models.GeneratedField(
        expression=models.ExpressionWrapper(~_IS_APART, output_field=models.BooleanField()),
        output_field=models.BooleanField(_("may receive")),
        db_persist=True,
    )

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in AgencyKind]),
                name="agency_kind_is_known",
                violation_error_message=_("There is no such kind of agency."),
            ),
            models.CheckConstraint(
                condition=~_IS_APART | models.Q(organisation=None),
                name="agency_apart_has_no_people",
                violation_error_message=_("Nobody of a police or border body signs in here."),
            ),
            models.CheckConstraint(
                condition=_IS_APART | ~models.Q(name__iregex=NAMES),
                name="agency_apart_by_its_name",
                violation_error_message=_("A body with the name of a police or border body is one."),
            ),
            # What a foreign key can point at.
            models.UniqueConstraint(fields=["id", "may_receive"], name="agency_and_whether_it_receives"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """The reference as people read it: 7QK2-M9XD."""
        return references.shown(self.reference)

    @property
    def is_apart(self) -> bool:
        """Whether this is a police or border body."""
        return self.kind in APART

    def people(self) -> "models.QuerySet[User]":
        """Who answers referrals for this agency; nobody before it has joined."""
        return (
            User.objects.filter(organisation=self.organisation_id, is_active=True)
            if self.organisation_id
            else User.objects.none()
        )

    def connect(self, organisation: Organisation, *, by: Acting) -> None:
        """Say that the people of a partner organisation answer for this agency; said once, and never undone.

        Raises PermissionDenied, and TooLate when either belongs to another one already.
        """
        if not policies.may_agree(self, by.user):
            raise PermissionDenied
        if self.organisation_id == organisation.pk:
            return
        with transaction.atomic():
            held = type(self).objects.select_for_update().get(pk=self.pk)
            taken = type(self).objects.filter(organisation=organisation).exists()
            if taken or held.organisation_id is not None or organisation.zone != Organisation.Zone.PARTNER:
                raise TooLate([_("This agency, or this organisation, is connected already.")])
            held.organisation = organisation
            held.save(update_fields=["organisation"])
            record(
                actions.AGENCY_CONNECTED,
                by=by.actor,
                subject_type=self._meta.label_lower,
                reference=self.reference,
                relation=Relation.SUPERVISOR,
            )
        self.organisation = organisation

    def agreement_in_force(self, on: datetime.date) -> "Agreement | None":
        """Give the agreement under which something may be sent on this day, if there is one."""
        return self.agreements.in_force(on).first()
