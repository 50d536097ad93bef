"""What stops with a consent: every referral that rests on it, in the same transaction. And what a closing waits for."""

from django.db.models import Q

from cases import endings
from cases.models import Case, Consent
from cellule.steps import By
from referrals.models import Referral
from referrals.models.codes import RUNNING, ReferralState
from referrals.models.together import Together

ENDED = (ReferralState.COMPLETED, ReferralState.NOT_DELIVERED)


@endings.stops
def stop_referrals(consent: Consent, by: By) -> None:
    """Recall what runs, and end the access that goes on after a service; drafts lose their ground.

    The agency gets one letter, however many referrals it is about.
    """
    under_it = Referral.objects.filter(consent=consent, state__in=RUNNING)
    running = list(under_it.select_for_update(of=("self",)).order_by("pk"))
    if running:
        together = Together(consent, running, by)
        for referral in running:
            referral.recall(by=by)
        together.finish()
        running[0].tell_stopped(by)
    for referral in Referral.objects.filter(consent=consent, state__in=ENDED, access_until__isnull=False).order_by(
        "pk"
    ):
        referral.end_access(by=by)


@endings.goes_on
def move_referrals(older: Consent, newer: Consent, by: By) -> None:
    """Let what runs rest on the newer consent, which allows at least as much."""
    Referral.objects.filter(consent=older).update(consent=newer)


@endings.is_under_way
def is_referral_open(case: Case) -> bool:
    """Whether an agency still has something to do, or somebody of the unit to say what comes next."""
    return case.referrals.filter(Q(state__in=RUNNING) | Q(settled=False)).exists()
