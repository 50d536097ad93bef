"""The case: one person's file with the unit, known by its code; it begins as an inquiry, without any name."""

import datetime
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import IntegrityError, models, transaction
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField
from guardian.shortcuts import assign_perm

from audit.log.actions import Action, Relation
from audit.log.record import record
from cases import policies
from cases.actions import INCIDENT_ADDED, INQUIRY_OPENED, NOTE_ADDED
from cases.models.incident import Incident, IncidentStory
from cases.models.note import Note, NoteStory
from cellule import references
from cellule.accounts.acting import Acting
from cellule.forms import FuzzyDate
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models import KeyGroup
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import group_id, new_subject

if TYPE_CHECKING:
    from cellule.accounts.models import User

LEAD = "lead_case"


class RowTaken(SuspiciousOperation):
    """The key of a row to come belongs to a row elsewhere: no page of ours sends such a form."""


class State(models.TextChoices):
    """The stage of a case."""

    INQUIRY = "inquiry", _("Inquiry")


class Channel(models.TextChoices):
    """How the person reached the unit."""

    PHONE = "phone", _("By phone")
    IN_PERSON = "in_person", _("In person")
    ORGANISATION = "organisation", _("Through an organisation")
    MOBILE_CLINIC = "mobile_clinic", _("At the mobile clinic")


class Interpreter(models.TextChoices):
    """Whether the person wants an interpreter."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known yet")


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


# Two lookups by index and one by primary key; guardian's own shortcut reads the whole table of cases. Written out,
# because every page asks it and composing the statement anew takes longer than running it.
_GRANTED = """
SELECT u.content_object_id FROM cases_caseusergrant u WHERE u.user_id = %s{kept}
UNION ALL
SELECT u.content_object_id FROM cases_casegroupgrant u
JOIN accounts_user_groups m ON m.group_id = u.group_id WHERE m.user_id = %s{kept}
"""
_TO_LEAD = " AND u.permission_id IN (SELECT id FROM auth_permission WHERE codename = %s)"


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: "User") -> Self:
        """Keep the cases that exist for this person: something on them was granted to them or to their organisation."""
        if not user.is_active:
            return self.none()
        return self.filter(pk__in=RawSQL(_GRANTED.format(kept=""), [user.pk, user.pk]))

    def led_by(self, user: "User") -> Self:
        """Keep the cases this person leads, alone or with their organisation."""
        if not user.is_active:
            return self.none()
        return self.filter(pk__in=RawSQL(_GRANTED.format(kept=_TO_LEAD), [user.pk, LEAD, user.pk, LEAD]))

    def telling_who_leads(self, user: "User") -> Self:
        """Have each case know whether this person leads it, so that it need not be asked again."""
        led = RawSQL(
            f"cases_case.id IN ({_GRANTED.format(kept=_TO_LEAD)})",
            [user.pk, LEAD, user.pk, LEAD],
            models.BooleanField(),
        )
        return self.annotate(led=led, asked_by=models.Value(user.pk))

    def newest_first(self) -> Self:
        return self.order_by("-opened_week", "pk")

    def older_than(self, case: "Case") -> Self:
        """Keep what follows a case in the order of `newest_first`."""
        return self.filter(
            models.Q(opened_week__lt=case.opened_week) | models.Q(opened_week=case.opened_week, pk__gt=case.pk)
        )

    def newer_than(self, case: "Case") -> Self:
        """Keep what comes before a case in the order of `newest_first`."""
        return self.filter(
            models.Q(opened_week__gt=case.opened_week) | models.Q(opened_week=case.opened_week, pk__lt=case.pk)
        )


class Case(SealedModel):
    """One file. In clear: its code, stage and week; everything else is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=references.LENGTH, unique=True)
    state = FSMField(_("stage"), default=State.INQUIRY, choices=State, max_length=20, protected=True)
    key_holder = models.UUIDField(_("key group"))
    opened_week = models.DateField(_("opened in the week of"))
    version = models.PositiveIntegerField(_("version"), default=1)
    ordinary = SealedDocument("cases.case.ordinary", document=CaseOrdinary, compartment=Compartment.ORDINARY)

    objects = CaseQuerySet.as_manager()
    # Set by `telling_who_leads`.
    led: bool
    asked_by: uuid.UUID

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        default_permissions = ()
        permissions = [(LEAD, "Leads the case")]
        indexes = [models.Index(fields=["-opened_week", "id"], name="case_newest_first")]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=[State.INQUIRY.value]), name="case_state_is_known"),
            # Nothing finer than a week lies in clear.
            models.CheckConstraint(condition=models.Q(opened_week__iso_week_day=1), name="case_opened_week_is_monday"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The reference as people read it: 7QK2-M9XD."""
        return references.shown(self.reference)

    # --- Verbs -------------------------------------------------------------------------------------

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
                sealer = by.vault.sealer(case, Compartment.ORDINARY, Compartment.STORY)
                sealer.write(case, "ordinary", CaseOrdinary(now(), channel, language, interpreter))
                case.save(force_insert=True)
                subject = new_subject(case.pk)
                assign_perm(LEAD, by.user, case)
                case._record(INQUIRY_OPENED, by, subject)
        except IntegrityError:
            # The same form, sent twice at the same moment: the other one was first.
            if (sent_before := cls.objects.filter(pk=row_id).first()) is None:
                raise
            return sent_before._if_led_by(by)
        return case

    def add_incident(
        self, *, by: Acting, row_id: uuid.UUID, kind: str, happened: FuzzyDate, borough: str, narrative: str
    ) -> Incident:
        """Log what happened; what is logged once is never changed. Sent twice with one `row_id`, it is added once.

        `kind`: a code of `cases.incident_types`; `borough`: one of `cases.boroughs`; `narrative`: up to 20 000
        characters. Raises PermissionDenied, RowTaken.
        """
        story = IncidentStory(kind, happened.to_json(), borough, narrative, now(), str(by.user.pk))
        incident = Incident(pk=row_id, reference=references.new_reference(), case=self, recorded_week=this_week())
        return self._add(incident, story, INCIDENT_ADDED, by)

    def add_note(self, *, by: Acting, row_id: uuid.UUID, body: str) -> Note:
        """Write down something about the case; a saved note is never edited. Added once, as an incident is.

        `body`: up to 20 000 characters. Raises PermissionDenied, RowTaken.
        """
        story = NoteStory(body, now(), str(by.user.pk))
        return self._add(Note(pk=row_id, case=self, recorded_week=this_week()), story, NOTE_ADDED, by)

    def _add[Row: (Incident, Note)](self, row: Row, story: Any, action: Action, by: Acting) -> Row:
        if not policies.may_write(self, by.user):
            raise PermissionDenied
        try:
            with transaction.atomic():
                # Holds the case's row to the end, and asks again whether it is still theirs.
                mine = Case.objects.led_by(by.user).filter(pk=self.pk)
                if not mine.update(version=models.F("version") + 1):
                    raise PermissionDenied
                sealer = by.vault.sealer(self, Compartment.STORY)
                sealer.write(row, "story", story)
                row.save(force_insert=True)
                self._record(action, by, sealer.subject, subject_type=row._meta.label_lower)
        except IntegrityError:
            # The same form, sent twice: it was added before.
            if (sent_before := type(row)._default_manager.filter(pk=row.pk).first()) is None:
                raise
            if sent_before.case_id != self.pk:
                raise RowTaken from None
            return sent_before
        return row

    # --- Questions ---------------------------------------------------------------------------------

    def is_led_by(self, user: "User") -> bool:
        """Whether the person leads this case, alone or with their organisation; asked once of each loaded case."""
        if user.pk not in self._leads:
            known = getattr(self, "asked_by", None) == user.pk
            self._leads[user.pk] = self.led if known else Case.objects.led_by(user).filter(pk=self.pk).exists()
        return self._leads[user.pk]

    def relation_to(self, user: "User") -> Relation:
        """What ties a person to this case, for the log."""
        return Relation.ASSIGNED if self.is_led_by(user) else Relation.NONE

    @cached_property
    def _leads(self) -> dict[uuid.UUID, bool]:
        return {}

    def _if_led_by(self, by: Acting) -> "Case":
        if not self.is_led_by(by.user):
            raise RowTaken
        return self

    def _record(self, action: Action, by: Acting, subject: uuid.UUID | None, subject_type: str = "cases.case") -> None:
        record(
            action,
            by=by.actor,
            subject_type=subject_type,
            reference=self.reference,
            subject=subject,
            relation=self.relation_to(by.user),
        )


def this_week() -> datetime.date:
    """The Monday of this week, in Montréal."""
    today = timezone.localdate()
    return today - datetime.timedelta(days=today.weekday())


def now() -> str:
    """This moment as it is written into sealed documents: ISO 8601, UTC, fine enough to put rows in order."""
    return timezone.now().isoformat()
