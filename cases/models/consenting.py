"""Writing down what a person allows, and to whom."""

import datetime
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import actions
from cases.models.consent import LONGEST_MONTHS, Consent, ConsentState, ConsentStory
from cases.models.milestone import MilestoneOrdinary
from cases.models.moments import months_after, now, this_week
from cellule import references
from cellule.accounts.acting import Acting
from cellule.accounts.models import Organisation
from cellule.steps import TooLate
from cellule.vault.unlocked import OpenedOwner

if TYPE_CHECKING:
    from cases.models.case import Case


class Consented(models.Model):
    """The consents of a case."""

    class Meta:
        abstract = True

    def record_consent(
        self: "Case",
        *,
        by: Acting,
        row_id: uuid.UUID,
        recipient: Organisation,
        answer: ConsentStory,
        ends_on: datetime.date,
        opened: OpenedOwner,
        refused: bool = False,
    ) -> Consent:
        """Write down the person's answer for one recipient; a refusal changes nothing of what the unit does for them.

        A newer consent takes the place of the one that holds for the same recipient. Where it allows all that the
        older one did, what runs goes on under it; where it allows less, or nothing, what runs stops. `opened`: the
        story of the case, in which the older one is read. Added once. Raises PermissionDenied, RowTaken, and TooLate
        for an end too far away, and before the limits of confidentiality were explained.
        """
        if self.intake_week is None:
            raise TooLate([_("Explain the limits of confidentiality first: begin the intake.")])
        if ends_on > months_after(timezone.localdate(), LONGEST_MONTHS) or (
            not refused and ends_on <= timezone.localdate()
        ):
            raise TooLate([_("A consent ends within twelve months, and not before tomorrow.")])
        consent = Consent(
            pk=row_id,
            reference=references.new_reference(),
            case=self,
            recipient=recipient,
            ends_on=ends_on,
            recorded_week=this_week(),
            state=ConsentState.REFUSED if refused else ConsentState.GIVEN,
        )
        answer = replace(answer, recipient=str(recipient.pk), ends_on=ends_on.isoformat())
        allowed = frozenset() if refused else answer.kinds

        def take_its_place(case: "Case", sealer: Any) -> None:
            for older in case.consents.filter(recipient=recipient, state=ConsentState.GIVEN).exclude(pk=row_id):
                if refused:
                    older.withdraw(by=by)
                elif older.said(opened).kinds <= allowed:
                    older.supersede(by=by, to=consent)
                else:
                    older.narrow(by=by, to=consent)
            told = MilestoneOrdinary(
                "record_consent", self.state, self.state, now(), str(by.user.pk), str(recipient.pk)
            )
            case.leave_milestone(told, by)

        return self._add(consent, {"story": answer}, actions.CONSENT_RECORDED, by, then=take_its_place)

    def end_consents(self: "Case", by: Acting) -> None:
        """Let every consent that holds end with the case, and what rests on it."""
        for consent in self.consents.filter(state=ConsentState.GIVEN).order_by("pk"):
            consent.lapse(by=by)

    def active_consent(self: "Case", recipient: Organisation, on: datetime.date) -> Consent | None:
        """The one consent that holds for a recipient on a day."""
        return self.consents.active(on).filter(recipient=recipient).first()
