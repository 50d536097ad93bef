"""What a person allows to leave: for one recipient, one purpose, some kinds of data, until a day (`domain.md` 5.4)."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any, Self

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from cases import actions, endings, policies
from cases.models.milestone import MilestoneOrdinary
from cases.models.moments import now
from cellule import references
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM
from cellule.steps import By, Condition, Step, Stepped, step
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import OpenedOwner


class ConsentState(models.TextChoices):
    GIVEN = "given", _("Given")
    REFUSED = "refused", _("Refused")
    NARROWED = "narrowed", _("Narrowed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    SUPERSEDED = "superseded", _("Replaced")


class Purpose(models.TextChoices):
    """What the recipient may use it for."""

    SERVICE = "service", _("To give the service asked for")
    ADVICE = "advice", _("To give advice")


class Category(models.TextChoices):
    """One kind of data; each is asked for by itself."""

    NEEDS = "needs", _("What is needed, the language, the age band and the borough")
    NAME = "name", _("What the person is called")
    CONTACT = "contact", _("How to reach the person safely")
    STORY = "story", _("A summary of what happened")
    RISK = "risk", _("The risk level, nothing else of the assessment")
    IDENTITY = "identity", _("The name on paper and the birth date")


class ConsentChannel(models.TextChoices):
    WRITTEN = "written", _("In writing")
    ORAL = "oral", _("Aloud, with a witness")


class GivenBy(models.TextChoices):
    PERSON = "person", _("The person")
    TEEN = "teen", _("The person, 14 to 17 years old")
    PARENT = "parent", _("A parent or tutor, for a child under 14")


@dataclass(frozen=True)
class ConsentStory:
    """Codes of this module; `in_tongue`: ISO 639-3; `text`: the version of the words read; `witness`: a name or empty.

    `recipient`: an organisation's id, `ends_on`: a day (ISO 8601), both as the row says them in clear.
    """

    purpose: str
    categories: tuple[str, ...]
    channel: str
    in_tongue: str
    with_interpreter: str
    given_by: str
    witness: str
    text: str
    recorded_at: str
    recorded_by: str
    recipient: str = ""
    ends_on: str = ""

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self.categories)


# The wording that is read to people; a new wording supersedes older consents when they are renewed.
TEXT = "2026-11"
MONTHS, LONGEST_MONTHS = 6, 12


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the consents of cases that exist for this person."""
        from cases.models.case import Case  # the case is what a consent belongs to

        return self if user is SYSTEM else self.filter(case__in=Case.objects.visible_to(user))

    def active(self, on: datetime.date) -> Self:
        """Keep those that hold on a day, whatever the tidying job has done yet."""
        return self.filter(state=ConsentState.GIVEN, ends_on__gt=on)

    def ending(self, by: datetime.date) -> Self:
        """Keep those that end by this day, and of which nobody was told yet."""
        return self.filter(state=ConsentState.GIVEN, ends_on__lte=by, warned=False)

    def over(self, on: datetime.date) -> Self:
        """Keep those whose end has come and which still say given."""
        return self.filter(state=ConsentState.GIVEN, ends_on__lte=on)


def _is_system(consent: "Consent", user: Any) -> bool:
    return user is SYSTEM


def _unit_user(consent: "Consent", user: Any) -> bool:
    return user is not SYSTEM and policies.may_look(consent.case, user)


def _ends_its_case(consent: "Consent", user: Any) -> bool:
    return user is not SYSTEM and (policies.may_write(consent.case, user) or policies.may_supervise(consent.case, user))


def _writer(consent: "Consent", user: Any) -> bool:
    return user is not SYSTEM and policies.may_write(consent.case, user)


OVER = Condition(lambda consent, user: consent.ends_on <= timezone.localdate(), _("The consent has not ended yet."))


class Consent(SealedModel, Stepped):
    """One answer of the person. In clear: to whom, how it stands, and its last day."""

    STARTS = (ConsentState.GIVEN, ConsentState.REFUSED)
    # The log tells of a consent under its case.
    NAMED_BY = "(SELECT c.reference FROM public.cases_case c WHERE c.id = NEW.case_id)"
    TOLD_APART = "NEW.reference"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=references.LENGTH, unique=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="consents")
    recipient = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    state = FSMField(
        _("how it stands"), default=ConsentState.GIVEN, choices=ConsentState, max_length=12, protected=True
    )
    # The first day on which it does not hold any more, 00:00 in Montréal.
    ends_on = models.DateField(_("ends on"))
    recorded_week = models.DateField(_("recorded in the week of"))
    # Whether whoever leads the case was told that it ends soon.
    warned = models.BooleanField(_("end announced"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    story = SealedDocument("cases.consent.story", document=ConsentStory, compartment=Compartment.STORY, owner="case_id")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        default_permissions = ()
        indexes = [
            models.Index(fields=["ends_on"], condition=models.Q(state="given"), name="consent_to_end"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in ConsentState]), name="consent_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="consent_recorded_week_is_monday"
            ),
            # Twelve months from any day of that week; whoever writes it down counts to the day.
            models.CheckConstraint(
                condition=models.Q(ends_on__lte=models.F("recorded_week") + datetime.timedelta(days=6 + 366)),
                name="consent_ends_within_a_year",
                violation_error_message=_("A consent ends within twelve months."),
            ),
            # What a foreign key can point at.
            models.UniqueConstraint(fields=["id", "case"], name="consent_and_its_case"),
        ]

    def __str__(self) -> str:
        return references.shown(self.reference)

    @step(
        source=[ConsentState.GIVEN],
        target=ConsentState.WITHDRAWN,
        action=actions.CONSENT_WITHDRAWN,
        label=_("Withdraw the consent"),
        slug="retirer",
        allowed=_unit_user,
    )
    def withdraw(self, *, by: Acting) -> None:
        """On the person's word, by any channel; no reason, no approval; what runs under it stops now."""
        endings.tell(self, by)

    @step(
        source=[ConsentState.GIVEN],
        target=ConsentState.NARROWED,
        action=actions.CONSENT_NARROWED,
        label=_("Narrow the consent"),
        slug="restreindre",
        allowed=_writer,
    )
    def narrow(self, *, by: Acting, to: "Consent") -> None:
        """`to` takes its place with fewer kinds of data; what runs under this one stops and can be sent anew."""
        endings.tell(self, by)

    @step(
        source=[ConsentState.GIVEN],
        target=ConsentState.SUPERSEDED,
        action=actions.CONSENT_REPLACED,
        label=_("Replace by a new consent"),
        slug="remplacer",
        allowed=_writer,
    )
    def supersede(self, *, by: Acting, to: "Consent") -> None:
        """A newer answer of the person for the same recipient takes its place; what runs goes on under it."""
        endings.pass_on(self, to, by)

    @step(
        source=[ConsentState.GIVEN],
        target=ConsentState.EXPIRED,
        action=actions.CONSENT_EXPIRED,
        label=_("Let the consent end"),
        slug="expirer",
        allowed=_is_system,
        conditions=[OVER],
    )
    def expire(self, *, by: By) -> None:
        """Its end has come: the house tidies up; `is_active` has said no since midnight."""
        endings.tell(self, by)

    @step(
        source=[ConsentState.GIVEN],
        target=ConsentState.EXPIRED,
        action=actions.CONSENT_LAPSED,
        label=_("Let the consent end with its case"),
        slug="clore",
        allowed=_ends_its_case,
    )
    def lapse(self, *, by: Acting) -> None:
        """Its case is closed: should the person come back, they are asked again."""
        endings.tell(self, by)

    @property
    def _told_apart(self) -> str:
        return self.reference

    def is_active(self, on: datetime.date) -> bool:
        """Whether it holds on a day (Montréal): the end date counts, not whether a job has run."""
        return self.state == ConsentState.GIVEN and on < self.ends_on

    def said(self, opened: OpenedOwner) -> ConsentStory:
        """Read what the person answered.

        Raises CannotOpen where the row has another recipient, or a later end, than what was sealed with the answer.
        """
        story = opened.read(self, "story")
        if story.recipient != str(self.recipient_id) or story.ends_on < self.ends_on.isoformat():
            raise CannotOpen
        return story

    def _held(self, by: By) -> "Consent":
        # The case, then its consents, then what rests on them: whoever closes a case comes the same way.
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM cases_case WHERE id = %s FOR NO KEY UPDATE", [self.case_id])
        return super()._held(by)

    def _remember(self, step: Step, before: str, by: Any, told: dict[str, Any]) -> None:
        if by.user is SYSTEM:
            return
        stage = self.case.state
        ended = MilestoneOrdinary(step.name, stage, stage, now(), str(by.user.pk), str(self.recipient_id))
        self.case.leave_milestone(ended, by)

    def _told_by(self, by: By) -> dict[str, Any]:
        return {**self.case.told(by), "subject_type": self._meta.label_lower}
