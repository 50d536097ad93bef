"""What both sides write beside a referral: the parcel line's steps, and messages."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment
from referrals.models.packet import Trace, Words


class ReferralTrace(SealedModel):
    """One step of a referral as both sides see it. In clear: the week."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="traces")
    recorded_week = models.DateField(_("recorded in the week of"))
    trace = SealedDocument(
        "referrals.trace.envelope", document=Trace, compartment=Compartment.ENVELOPE, owner="referral_id"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "trace"


class ReferralMessage(SealedModel):
    """A question or an answer between the sides, about one referral. In clear: from which side, in which week."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="messages")
    from_agency = models.BooleanField(_("from the agency"))
    recorded_week = models.DateField(_("recorded in the week of"))
    words = SealedDocument(
        "referrals.message.envelope", document=Words, compartment=Compartment.ENVELOPE, owner="referral_id"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "message"
