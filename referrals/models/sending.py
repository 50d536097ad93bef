"""The unit's steps of a referral: send, recall, settle; and what the clock does."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.moments import now
from cellule.accounts.acting import Acting
from cellule.notices.models import Notice
from cellule.steps import By, Stepped, TooLate, step
from cellule.vault import packets
from cellule.vault.fields import SealedModel
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import NotAMember, OpenedOwner
from referrals import actions, notices, policies
from referrals.models.codes import RECEIVED, RUNNING, UNANSWERED, Urgency
from referrals.models.codes import ReferralState as S
from referrals.models.conditions import (
    ACCESS_OPEN,
    AGREEMENT_HOLDS,
    BEYOND_REACH,
    CONSENTED,
    NOT_SETTLED,
    OFFERED,
    OVERDUE,
    WITH_THE_UNIT,
)
from referrals.models.deadline import answer_due
from referrals.models.packet import SIGNED, Sending, packed, uncovered

if TYPE_CHECKING:
    from referrals.models.referral import Referral


class Sent(Stepped):
    """What the unit and the house do with a referral."""

    class Meta:
        abstract = True

    @step(
        source=[S.DRAFT],
        target=S.SENT,
        action=actions.REFERRAL_SENT,
        label=_("Send the referral"),
        slug="envoyer",
        allowed=policies.may_send,
        conditions=[WITH_THE_UNIT, OFFERED, CONSENTED, AGREEMENT_HOLDS],
    )
    def send(self: "Referral", *, by: Acting, sending: Sending, opened: OpenedOwner) -> None:
        """Seal what the consent allows of `sending` into both packets, for the agency and for nobody else.

        `opened`: the case's story, opened before, in which the consent's categories are read. Raises TooLate when
        they do not cover what is to be sent, and while nobody of the agency could open it.
        """
        consent = self.consent.said(opened)
        if uncovered(sending, consent.kinds):
            raise TooLate([_("The person has not agreed that all of this is told to this agency.")])
        try:
            roster = packets.agency_roster(by.vault, self.agency.organisation_id)
        except NotAMember:
            raise TooLate([_("Nobody of this agency can open a referral yet.")]) from None
        envelope, agreed = packed(sending, consent.kinds, purpose=consent.purpose, at=now())
        self.agency_holder, self.key_holder = roster.body.group, self.case.key_holder
        self.urgency, self.due_on = sending.urgency, answer_due(Urgency(sending.urgency), timezone.localtime())
        sealer = packets.address(by.vault, self, roster)
        sealer.write(self, "envelope", envelope)
        sealer.write(self, "agreed", agreed)
        self.signature = packets.sign(
            by.vault,
            self,
            SIGNED,
            agency_roster=roster.hash,
            consent=self.consent_id,
            ends_on=self.consent.ends_on,
        )
        self._tell_agency(notices.REFERRAL_ARRIVED, by)

    @step(
        source=RUNNING,
        target=None,
        action=actions.REFERRAL_SENT_AGAIN,
        label=_("Send it again"),
        slug="renvoyer",
        allowed=policies.may_send,
        conditions=[CONSENTED, AGREEMENT_HOLDS, BEYOND_REACH],
    )
    def send_again(self: "Referral", *, by: Acting, opened: OpenedOwner) -> None:
        """Address it to the keys that the agency's people have now, as it was sent and signed, with all that was written since.

        `opened`: the packets, opened before by the unit. Raises TooLate while nobody of the agency could open it.
        """
        try:
            roster = packets.agency_roster(by.vault, self.agency.organisation_id)
        except NotAMember:
            raise TooLate([_("Nobody of this agency can open a referral yet.")]) from None
        told = [(row, column, opened.read(row, column)) for row, column in self._written_since()]
        packets.address_again(by.vault, self, roster)
        sealer = packets.writer(by.vault, self, Compartment.ENVELOPE)
        for row, column, document in told:
            sealer.write(row, column, document)
            if row is not self:
                row.save(update_fields=[column])
        self._tell_agency(notices.REFERRAL_ARRIVED, by)

    @step(
        source=[S.DRAFT, *RUNNING],
        target=S.RECALLED,
        action=actions.REFERRAL_RECALLED,
        label=_("Recall the referral"),
        slug="rappeler",
        allowed=policies.may_recall,
    )
    def recall(self: "Referral", *, by: By) -> None:
        """The agency's access ends with this transaction."""
        self._stop(by)

    @step(
        source=RUNNING,
        target=S.ENTERED_IN_ERROR,
        action=actions.REFERRAL_IN_ERROR,
        label=_("It was sent in error"),
        slug="erreur",
        allowed=policies.may_send,
    )
    def mark_error(self: "Referral", *, by: Acting) -> None:
        """The wrong person or the wrong agency: access ends, as with a recall."""
        self._stop(by)

    @step(
        source=[S.DECLINED, S.EXPIRED, S.NOT_DELIVERED, S.COMPLETED],
        target=None,
        action=actions.ANSWER_SETTLED,
        label=_("Dealt with"),
        slug="traite",
        allowed=policies.may_send,
        conditions=[NOT_SETTLED],
    )
    def settle(self: "Referral", *, by: Acting) -> None:
        """The caseworker has decided what comes next."""
        self.settled = True

    @step(
        source=UNANSWERED,
        target=S.EXPIRED,
        action=actions.REFERRAL_EXPIRED,
        label=_("Let the referral expire"),
        slug="expirer",
        allowed=policies.is_the_house,
        conditions=[OVERDUE],
    )
    def expire(self: "Referral", *, by: By) -> None:
        """Nobody has answered in time: it returns to the unit."""
        self._cut()
        self.settled = False
        self._tell_leads(notices.REFERRAL_UNANSWERED, by)

    @step(
        source=[S.COMPLETED, S.NOT_DELIVERED],
        target=None,
        action=actions.ACCESS_ENDED,
        label=_("End the agency’s access"),
        slug="fin-acces",
        allowed=policies.may_recall,
        conditions=[ACCESS_OPEN],
    )
    def end_access(self: "Referral", *, by: By) -> None:
        """The service is over, and the time after it too, or the consent."""
        self.access_until = None
        self._cut()

    def _written_since(self: "Referral") -> list[tuple[SealedModel, str]]:
        """What both sides have written since it was sent, under whatever key: rows and columns."""
        columns: list[tuple[SealedModel, str]] = [(self, "answer")]
        columns += [(trace, "trace") for trace in self.traces.all()]
        return columns + [(message, "words") for message in self.messages.all()]

    def tell_lost(self: "Referral", by: By) -> None:
        """Tell the leads, once until they have looked, that the agency cannot open this any more."""
        with transaction.atomic():
            # One at a time, or both would find nothing.
            type(self)._default_manager.select_for_update(of=("self",)).get(pk=self.pk)
            unread = Notice.objects.filter(kind=notices.REFERRAL_LOST.code, reference=self.reference, read_on=None)
            if not unread.exists():
                self._tell_leads(notices.REFERRAL_LOST, by)

    def _stop(self: "Referral", by: By) -> None:
        self.stop_due = self.state in RECEIVED
        if self.agency_holder is not None:
            self._cut()
            if self.stops_with is None:
                self.tell_stopped(by)

    def tell_stopped(self: "Referral", by: By) -> None:
        """Tell everybody of the agency that there is something they must not use any more."""
        self._tell_agency(notices.REFERRAL_STOPPED, by)
