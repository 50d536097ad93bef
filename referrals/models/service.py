"""A service of an agency: what it does for whom, in which languages, and what it asks for."""

import uuid
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cellule import references
from cellule.accounts.roles import SYSTEM, Permission
from cellule.forms import Window
from referrals.models.agency import Agency
from referrals.models.search import VectorOf, WordsField


class AsksPapers(models.TextChoices):
    """Whether a service asks for papers of identity, status or residence."""

    YES = "yes", _("Asks for papers")
    NO = "no", _("Does not ask for papers")
    UNKNOWN = "unknown", _("Not known whether it asks for papers")


class ServiceStatus(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("a service", "Active")
    INACTIVE = "inactive", _("Not offered now")


class ServiceQuerySet(models.QuerySet["Service"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the services that exist for this person: the directory is open to whoever works on cases."""
        if user is SYSTEM or (user.is_active and user.has_perm(Permission.WORK_CASES)):
            return self
        return self.none()

    def active(self) -> Self:
        """Keep what is offered now."""
        return self.filter(status=ServiceStatus.ACTIVE)

    def by_name(self) -> Self:
        return self.order_by("sort_key", "pk")


class Service(models.Model):
    """One service, in lists of codes: `categories` of `NeedKind`, `languages` ISO 639-3, `sectors` boroughs.

    `hours` holds `{"window": …}` (a `Window` as JSON) or `{"words": …}`; `capacity` holds available, unit, updated.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="services")
    reference = models.CharField(_("reference"), max_length=references.LENGTH, unique=True)
    hsds_id = models.CharField(_("identifier in the directory"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    categories = models.JSONField(_("helps with"), default=list)
    languages = models.JSONField(_("languages"), default=list)
    interpretation = models.TextField(_("interpretation"), blank=True)
    # None when no limit is known.
    sectors = models.JSONField(_("sectors"), default=list)
    eligibility = models.TextField(_("for whom"), blank=True)
    application = models.TextField(_("how to apply"), blank=True)
    wait = models.TextField(_("wait"), blank=True)
    alert = models.TextField(_("alert"), blank=True)
    fees = models.TextField(_("fees"), blank=True)
    free = models.BooleanField(_("free of charge"), null=True)
    min_age = models.PositiveSmallIntegerField(_("from the age of"), null=True)
    max_age = models.PositiveSmallIntegerField(_("up to the age of"), null=True)
    asks_papers = models.CharField(_("asks for papers"), max_length=7, choices=AsksPapers, default=AsksPapers.UNKNOWN)
    papers = models.TextField(_("what to bring"), blank=True)
    hours = models.JSONField(_("hours"), default=list)
    address = models.TextField(_("address"), blank=True)
    address_hidden = models.BooleanField(_("the address is secret"), default=False)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)
    capacity = models.JSONField(_("places"), null=True)
    status = models.CharField(_("status"), max_length=8, choices=ServiceStatus, default=ServiceStatus.ACTIVE)
    assured_on = models.DateField(_("last checked"), null=True)
    sort_key = models.CharField(_("sorted as"), max_length=400)
    # What is searched, word by word as `referrals.words` gives them; the database keeps the index in step with it.
    words = models.TextField(_("words"), blank=True)
    search = models.GeneratedField(expression=VectorOf("words"), output_field=WordsField(), db_persist=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        default_permissions = ()
        # The index of `search` is made by hand in the migration: Django's own needs more of PostgreSQL installed.
        indexes = [models.Index(fields=["sort_key", "id"], name="service_by_name")]
        constraints = [
            # What a foreign key can point at.
            models.UniqueConstraint(fields=["id", "agency"], name="service_and_its_agency"),
            models.CheckConstraint(
                condition=models.Q(status__in=[status.value for status in ServiceStatus]),
                name="service_status_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(asks_papers__in=[answer.value for answer in AsksPapers]),
                name="service_papers_are_known",
            ),
            models.CheckConstraint(
                condition=models.Q(address_hidden=False) | models.Q(address=""),
                name="service_hidden_address_is_not_kept",
                violation_error_message=_("An address that is secret is not written down."),
            ),
            models.CheckConstraint(
                condition=models.Q(min_age=None) | models.Q(max_age=None) | models.Q(min_age__lte=models.F("max_age")),
                name="service_ages_are_in_order",
                violation_error_message=_("The lower age comes before the upper one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open_to_referrals(self) -> bool:
        """Whether something may be sent to it at all: it is offered, and its agency has joined and may receive."""
        return (
            self.status == ServiceStatus.ACTIVE and self.agency.may_receive and self.agency.organisation_id is not None
        )

    @property
    def code(self) -> str:
        """The reference as people read it: 7QK2-M9XD."""
        return references.shown(self.reference)

    @property
    def is_active(self) -> bool:
        return self.status == ServiceStatus.ACTIVE

    @property
    def open_hours(self) -> list[Window | str]:
        """When it is open: windows, or words where the directory gives no days and hours."""
        return [Window.from_json(each["window"]) if "window" in each else each["words"] for each in self.hours]
