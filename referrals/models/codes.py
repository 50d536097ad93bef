"""The code lists of a referral."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReferralState(models.TextChoices):
    """How a referral stands (`domain.md` 5.3; the codes map to FHIR R4 Task)."""

    DRAFT = "draft", _("Being prepared")
    SENT = "sent", _("Sent")
    VIEWED = "viewed", _("Seen")
    ACCEPTED = "accepted", _("Accepted")
    IN_SERVICE = "in_service", _("In service")
    ON_HOLD = "on_hold", _("On hold")
    COMPLETED = "completed", pgettext_lazy("referral", "Done")
    DECLINED = "declined", _("Declined")
    NOT_DELIVERED = "not_delivered", _("Could not be given")
    RECALLED = "recalled", _("Recalled")
    EXPIRED = "expired", _("Expired without an answer")
    ENTERED_IN_ERROR = "entered_in_error", _("Sent in error")


S = ReferralState
UNANSWERED = (S.SENT, S.VIEWED)
# From here on the agency holds what was agreed to.
RECEIVED = (S.ACCEPTED, S.IN_SERVICE, S.ON_HOLD)
RUNNING = (*UNANSWERED, *RECEIVED)
# What an agency sees of a referral at all; a stub remains of what it must stop using.
SHOWN_TO_AGENCY = (*RUNNING, S.COMPLETED, S.NOT_DELIVERED)
STOPPED = (S.RECALLED, S.ENTERED_IN_ERROR)


class Urgency(models.TextChoices):
    URGENT = "urgent", _("Urgent: an answer within 24 hours")
    NORMAL = "normal", _("An answer within five business days")


class DeclineReason(models.TextChoices):
    NO_CAPACITY = "no_capacity", _("No place left")
    NOT_ELIGIBLE = "not_eligible", _("The service is not for this person")
    CONFLICT = "conflict", _("A conflict of interest")
    OUT_OF_AREA = "out_of_area", _("Outside the area")
    LANGUAGE = "language", _("Not in this language")
    UNSAFE = "unsafe", _("It would not be safe")
    OTHER = "other", _("Another reason")


class Outcome(models.TextChoices):
    """What came of a service."""

    GIVEN = "given", _("The service was given")
    PARTLY = "partly", _("A part of it was given")
    PASSED_ON = "passed_on", _("The person was told of another service")
    NOT_REACHED = "not_reached", _("The person could not be reached")
    DID_NOT_WANT = "did_not_want", _("The person did not want it any more")
