"""A referral: what is asked of one agency for one case, and what came of it."""

import datetime
import uuid
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from audit.log.actions import Relation
from audit.log.record import record
from cases.models import Case, Consent
from cases.models.moments import now, this_week
from cellule import references
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM
from cellule.notices.kinds import NoticeKind
from cellule.notices.notify import notify
from cellule.steps import By, Step, TooLate
from cellule.vault import packets
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import log_reference
from referrals import actions, notices, policies
from referrals.models.answering import Answered
from referrals.models.codes import (
    RECEIVED,
    RUNNING,
    SHOWN_TO_AGENCY,
    STOPPED,
    UNANSWERED,
    ReferralState,
    Urgency,
)
from referrals.models.packet import Agreed, Answer, Envelope, Trace, Words
from referrals.models.parcel import ReferralMessage, ReferralTrace
from referrals.models.sending import Sent
from referrals.models.service import Service
from referrals.models.together import Together

if TYPE_CHECKING:
    from cellule.accounts.models import User

S = ReferralState

# Something of the parcel line that is no step: it moves nothing.
READ_AGREED = "read_agreed"


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: Any) -> Self:
        """Keep what exists for this person: of cases they see, or sent to their agency and not over for it."""
        if user is SYSTEM:
            return self
        if not user.is_active:
            return self.none()
        if user.duty.in_unit:
            return self.filter(case__in=Case.objects.visible_to(user))
        return self.for_agency(user.organisation_id)

    def for_agency(self, organisation: uuid.UUID) -> Self:
        """Keep what an agency sees: what runs or was done, and what it has to stop using."""
        shown = models.Q(state__in=[state.value for state in SHOWN_TO_AGENCY])
        stop = models.Q(state__in=[state.value for state in STOPPED], stop_due=True)
        return self.filter(shown | stop, agency__organisation=organisation)

    def overdue(self, on: datetime.date) -> Self:
        """Keep what nobody has answered in time."""
        return self.filter(state__in=[state.value for state in UNANSWERED], due_on__lt=on)


class Referral(Sent, Answered, SealedModel):
    """One request to one agency. In clear: from which case, to which service, how it stands, until when."""

    STARTS = (S.DRAFT,)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=references.LENGTH, unique=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="referrals")
    agency = models.ForeignKey("referrals.Agency", on_delete=models.PROTECT, related_name="referrals")
    service = models.ForeignKey("referrals.Service", on_delete=models.PROTECT, related_name="referrals")
    consent = models.ForeignKey("cases.Consent", on_delete=models.PROTECT, null=True, related_name="referrals")
    # Written by the database: with the agency a foreign key to one that may receive (never police, never border).
    reaches = models.GeneratedField(
        expression=models.Value(True), output_field=models.BooleanField(_("reaches")), db_persist=True
    )
    state = FSMField(_("how it stands"), default=S.DRAFT, choices=S, max_length=20, protected=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    # The unit's side and the agency's; the latter is known once it is sent.
    key_holder = models.UUIDField(_("key group"))
    agency_holder = models.UUIDField(_("key group of the agency"), null=True)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency, default=Urgency.NORMAL)
    due_on = models.DateField(_("answer due on"), null=True)
    # Until when the agency keeps what it received, once the service is over.
    access_until = models.DateField(_("access until"), null=True)
    reminded = models.BooleanField(_("reminded"), default=False)
    recorded_week = models.DateField(_("recorded in the week of"))
    # What the agency has received must not be used any more, and it has not said yet that it heard so.
    stop_due = models.BooleanField(_("stop-use notice is open"), default=False)
    # Whether anybody of the agency has opened the agreed part: what a withdrawal comes too late for.
    agreed_seen = models.BooleanField(_("agreed part was read"), default=False)
    # Whether somebody of the unit has dealt with what became of it.
    settled = models.BooleanField(_("answer dealt with"), default=True)
    signature = models.JSONField(_("the sender's signature"), null=True)
    envelope = SealedDocument(
        "referrals.referral.envelope", document=Envelope, compartment=Compartment.ENVELOPE, null=True
    )
    agreed = SealedDocument("referrals.referral.agreed", document=Agreed, compartment=Compartment.AGREED, null=True)
    answer = SealedDocument("referrals.referral.answer", document=Answer, compartment=Compartment.ENVELOPE, null=True)

    objects = ReferralQuerySet.as_manager()

    # All that stops with one consent, once it is locked: whoever ends that tells the agency once for all of it.
    stops_with: Together | None = None

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        default_permissions = ()
        indexes = [
            models.Index(fields=["agency", "state", "due_on"], name="referral_inbox"),
            models.Index(
                fields=["due_on"], condition=models.Q(state__in=["sent", "viewed"]), name="referral_to_answer"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in S]), name="referral_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "recalled"])
                | models.Q(
                    consent__isnull=False,
                    agency_holder__isnull=False,
                    due_on__isnull=False,
                    envelope__isnull=False,
                    agreed__isnull=False,
                    signature__isnull=False,
                ),
                name="referral_sent_is_sealed_signed_and_consented",
                violation_error_message=_("What was sent has a consent, a deadline, a signature and both packets."),
            ),
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="referral_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return references.shown(self.reference)

    @property
    def code(self) -> str:
        return references.shown(self.reference)

    # --- Verbs that move nothing -------------------------------------------------------------------

    @classmethod
    def begin(cls, *, by: Acting, row_id: uuid.UUID, case: Case, service: Service) -> "Referral":
        """Begin to prepare a referral; nothing is seen by anybody else yet. Begun once.

        Raises PermissionDenied, and TooLate for a service that can receive none.
        """
        begun = cls(
            pk=row_id,
            reference=references.new_reference(),
            case=case,
            agency=service.agency,
            service=service,
            key_holder=case.key_holder,
            recorded_week=this_week(),
        )
        if not policies.may_send(begun, by.user):
            raise PermissionDenied
        if not service.is_open_to_referrals:
            raise TooLate([_("This service takes no referrals now.")])
        if sent_before := cls.objects.filter(pk=row_id, case=case).first():
            return sent_before
        with transaction.atomic():
            begun.consent = case.active_consent(service.agency.organisation, timezone.localdate())
            begun.save(force_insert=True)
            record(actions.REFERRAL_BEGUN, by=by.actor, **begun._told_by(by))
        return begun

    def rest_on(self, consent: Consent, *, by: Acting) -> None:
        """Let a referral that is being prepared rest on a consent of the same case. PermissionDenied, TooLate."""
        if not policies.may_send(self, by.user):
            raise PermissionDenied
        mine = type(self).objects.filter(pk=self.pk, state=S.DRAFT)
        if consent.case_id != self.case_id or not mine.update(consent=consent, version=models.F("version") + 1):
            raise TooLate
        self.consent = consent

    def write_message(self, *, by: Acting, row_id: uuid.UUID, words: str) -> "ReferralMessage":
        """Ask or answer something, readable by both sides while the referral runs. Added once.

        Raises Http404, PermissionDenied, TooLate, and CannotOpen when this side's key is gone.
        """
        with transaction.atomic():
            held = self._held(by)
            if not policies.may_write_message(held, by.user):
                raise PermissionDenied
            if held.state not in RUNNING:
                raise TooLate
            if sent_before := ReferralMessage.objects.filter(pk=row_id, referral=held).first():
                return sent_before
            from_agency = not by.user.duty.in_unit
            message = ReferralMessage(pk=row_id, referral=held, from_agency=from_agency, recorded_week=this_week())
            side = "agency" if from_agency else "unit"
            packets.writer(by.vault, held, Compartment.ENVELOPE).write(
                message, "words", Words(words, now(), str(by.user.pk), side)
            )
            message.save(force_insert=True)
            tell = held._tell_leads if from_agency else held._tell_agency
            tell(notices.MESSAGE_ARRIVED, by)
            record(actions.MESSAGE_WRITTEN, by=by.actor, **held._told_by(by))
        return message

    def mark_agreed_seen(self, *, by: Acting) -> None:
        """Note for both sides that the agency has opened the agreed part, in the transaction that lets it; once."""
        if type(self).objects.filter(pk=self.pk, agreed_seen=False).update(agreed_seen=True):
            self._leave_trace(READ_AGREED, self.state, by)
        self.agreed_seen = True

    # --- Questions ---------------------------------------------------------------------------------

    @property
    def is_overdue(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def has_been_received(self) -> bool:
        """Whether the agency was given the agreed part at some time."""
        return self.state in (*RECEIVED, S.COMPLETED, S.NOT_DELIVERED) or self.stop_due

    @cached_property
    def log_subject(self) -> uuid.UUID | None:
        """The random reference under which the log knows the case; None once that is destroyed."""
        return log_reference(self.case_id)

    def relation_to(self, user: "User") -> Relation:
        """What ties a person to this referral, for the log."""
        if user is SYSTEM:
            return Relation.NONE
        return self.case.relation_to(user) if user.duty.in_unit else Relation.REFERRAL

    # --- What the steps share ----------------------------------------------------------------------

    @property
    def _is_held(self) -> bool:
        return self.stops_with is not None

    def _held(self, by: By) -> "Referral":
        if self._is_held:
            return self
        # Consent, then referral: a withdrawal holds the consent alone and comes first or second, never in between.
        if self.consent_id is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM cases_consent WHERE id = %s FOR SHARE", [self.consent_id])
        held = super()._held(by)
        if held.consent_id != self.consent_id:
            # It went on under a newer consent meanwhile; whoever acts looks again.
            raise TooLate
        return held

    def _cut(self) -> None:
        # Of what stops together the agency's keys went first.
        if self.agency_holder is not None and self.stops_with is None:
            packets.cut(self.pk, self.agency_holder)

    def _tell_agency(self, kind: NoticeKind, by: By) -> None:
        for person in self.agency.people():
            notify(person.pk, kind, self.reference, by=by.actor)

    def _tell_leads(self, kind: NoticeKind, by: By) -> None:
        for lead in self.case.leads():
            notify(lead.pk, kind, self.reference, by=by.actor)

    def _remember(self, step: Step, before: str, by: By, told: dict[str, Any]) -> None:
        """Tell the parcel line, under a key that both sides have; then a decline closes the agency's side."""
        if by.user is not SYSTEM and self.agency_holder is not None and step.name != "acknowledge_stop":
            self._leave_trace(step.name, before, by)
        if step.name == "decline":
            self._cut()

    def _leave_trace(self, name: str, before: str, by: Any) -> None:
        side = "unit" if by.user.duty.in_unit else "agency"
        row = ReferralTrace(referral=self, recorded_week=this_week())
        trace = Trace(name, before, self.state, now(), str(by.user.pk), side)
        if self.stops_with is not None:
            self.stops_with.sealer(self).write(row, "trace", trace)
            self.stops_with.leave(row)
            return
        packets.writer(by.vault, self, Compartment.ENVELOPE).write(row, "trace", trace)
        row.save(force_insert=True)

    def _told_by(self, by: By) -> dict[str, Any]:
        return {
            "subject_type": self._meta.label_lower,
            "reference": self.reference,
            "subject": self.log_subject,
            "relation": self.relation_to(by.user),
        }
