"""What stops with a consent: every referral that rests on it, in the same transaction."""

from cases import endings
from cases.models import Consent
from cellule.steps import By
from referrals.models import Referral
from referrals.models.codes import RUNNING, ReferralState

ENDED = (ReferralState.COMPLETED, ReferralState.NOT_DELIVERED)


@endings.stops
def stop_referrals(consent: Consent, by: By) -> None:
    """Recall what runs, and end the access that goes on after a service; drafts lose their ground."""
    for referral in Referral.objects.filter(consent=consent, state__in=RUNNING).order_by("pk"):
        referral.recall(by=by)
    for referral in Referral.objects.filter(consent=consent, state__in=ENDED, access_until__isnull=False).order_by(
        "pk"
    ):
        referral.end_access(by=by)


@endings.goes_on
def move_referrals(older: Consent, newer: Consent, by: By) -> None:
    """Let what runs rest on the newer consent, which allows at least as much."""
    Referral.objects.filter(consent=older).update(consent=newer)
