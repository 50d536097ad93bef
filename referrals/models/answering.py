"""The agency's steps of a referral: see, accept or decline, serve, and stop."""

import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.moments import now
from cellule.accounts.acting import Acting
from cellule.steps import Stepped, step
from cellule.vault import packets
from cellule.vault.models.owner import Compartment
from referrals import actions, notices, policies
from referrals.models.codes import RECEIVED, STOPPED, UNANSWERED, DeclineReason, Outcome
from referrals.models.codes import ReferralState as S
from referrals.models.conditions import AGREEMENT_HOLDS, CONSENTED, IN_TIME, STOP_DUE
from referrals.models.packet import Answer

if TYPE_CHECKING:
    from referrals.models.referral import Referral

KEPT_AFTER_SERVICE = datetime.timedelta(days=30)


class Answered(Stepped):
    """What the agency does with a referral."""

    class Meta:
        abstract = True

    @step(
        source=[S.SENT],
        target=S.VIEWED,
        action=actions.REFERRAL_SEEN,
        label=_("See the referral"),
        slug="voir",
        allowed=policies.may_answer,
        conditions=[CONSENTED],
    )
    def see(self: "Referral", *, by: Acting) -> None:
        """The first look at the envelope; the unit is told that it was seen."""

    @step(
        source=UNANSWERED,
        target=S.ACCEPTED,
        action=actions.REFERRAL_ACCEPTED,
        label=_("Accept"),
        slug="accepter",
        allowed=policies.may_answer,
        conditions=[CONSENTED, AGREEMENT_HOLDS, IN_TIME],
    )
    def accept(self: "Referral", *, by: Acting, words: str = "") -> None:
        """Now, and only now, the agreed part opens for the agency."""
        self._say(by, Answer(words=words, at=now(), by=str(by.user.pk)))
        self._tell_leads(notices.REFERRAL_ANSWERED, by)

    @step(
        source=UNANSWERED,
        target=S.DECLINED,
        action=actions.REFERRAL_DECLINED,
        label=_("Decline"),
        slug="decliner",
        allowed=policies.may_answer,
    )
    def decline(self: "Referral", *, by: Acting, reason: DeclineReason, words: str = "") -> None:
        """The envelope disappears from the agency at once, and the caseworker has something to do."""
        self._say(by, Answer(reason=reason, words=words, at=now(), by=str(by.user.pk)))
        self.settled = False
        self._tell_leads(notices.REFERRAL_ANSWERED, by)

    @step(
        source=[S.ACCEPTED, S.ON_HOLD],
        target=S.IN_SERVICE,
        action=actions.SERVICE_BEGUN,
        label=_("The service has begun"),
        slug="commencer",
        allowed=policies.may_answer,
        conditions=[CONSENTED],
    )
    def begin_service(self: "Referral", *, by: Acting) -> None:
        """The first contact has taken place."""
        self._tell_leads(notices.REFERRAL_MOVED, by)

    @step(
        source=[S.ACCEPTED, S.IN_SERVICE],
        target=S.ON_HOLD,
        action=actions.SERVICE_ON_HOLD,
        label=_("Put on hold"),
        slug="suspendre",
        allowed=policies.may_answer,
        conditions=[CONSENTED],
    )
    def hold(self: "Referral", *, by: Acting, words: str) -> None:
        """A waiting list, or the person cannot be reached for now."""
        self._say(by, Answer(words=words, at=now(), by=str(by.user.pk)))
        self._tell_leads(notices.REFERRAL_MOVED, by)

    @step(
        source=[S.IN_SERVICE],
        target=S.COMPLETED,
        action=actions.REFERRAL_COMPLETED,
        label=_("The service is done"),
        slug="terminer",
        allowed=policies.may_answer,
        conditions=[CONSENTED],
    )
    def complete(self: "Referral", *, by: Acting, outcome: Outcome, words: str = "") -> None:
        """What came of it, by a code."""
        self._say(by, Answer(outcome=outcome, words=words, at=now(), by=str(by.user.pk)))
        self._leave_behind()
        self._tell_leads(notices.REFERRAL_MOVED, by)

    @step(
        source=RECEIVED,
        target=S.NOT_DELIVERED,
        action=actions.REFERRAL_NOT_DELIVERED,
        label=_("The service cannot be given"),
        slug="non-rendu",
        allowed=policies.may_answer,
        conditions=[CONSENTED],
    )
    def fail(self: "Referral", *, by: Acting, words: str) -> None:
        """Accepted, but it did not come about; the unit looks further."""
        self._say(by, Answer(words=words, at=now(), by=str(by.user.pk)))
        self._leave_behind()
        self._tell_leads(notices.REFERRAL_MOVED, by)

    @step(
        source=STOPPED,
        target=None,
        action=actions.STOP_ACKNOWLEDGED,
        label=_("We have stopped using it"),
        slug="arret-confirme",
        allowed=policies.may_answer,
        conditions=[STOP_DUE],
    )
    def acknowledge_stop(self: "Referral", *, by: Acting) -> None:
        """The agency says that what it had received is not used any more."""
        self.stop_due = False
        self._tell_leads(notices.STOP_CONFIRMED, by)

    def _leave_behind(self: "Referral") -> None:
        """The unit has something to decide, and the agency some time to finish its papers."""
        self.settled = False
        self.access_until = min(timezone.localdate() + KEPT_AFTER_SERVICE, self.consent.ends_on)

    def _say(self: "Referral", by: Acting, answer: Answer) -> None:
        packets.writer(by.vault, self, Compartment.ENVELOPE).write(self, "answer", answer)
