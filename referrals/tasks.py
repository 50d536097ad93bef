"""Jobs of this room: what the clock brings. They hold no key."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from cases.models import Consent
from cellule.accounts.roles import SYSTEM
from cellule.jobs.kinds import recurring
from cellule.notices.notify import notify
from cellule.steps import TooLate
from referrals.models import Agreement, Referral
from referrals.models.codes import UNANSWERED
from referrals.notices import REFERRAL_DUE


@recurring("referrals.end_agreements", every=timedelta(hours=1))
def end_agreements(job: Any) -> None:
    """Tidy up agreements whose last day has passed; nothing could be sent under them since."""
    for agreement in Agreement.objects.over(timezone.localdate()):
        # Somebody may have ended it meanwhile.
        with suppress(TooLate):
            agreement.expire(by=SYSTEM)


@recurring("referrals.keep_time", every=timedelta(minutes=15))
def keep_time(job) -> None:
    """Let expire what is over, end access that has lasted long enough, and remind who has not answered."""
    today = timezone.localdate()
    for consent in Consent.objects.over(today):
        _take(lambda consent=consent: consent.expire(by=SYSTEM))
    for referral in Referral.objects.overdue(today):
        _take(lambda referral=referral: referral.expire(by=SYSTEM))
    for referral in Referral.objects.filter(access_until__lte=today):
        _take(lambda referral=referral: referral.end_access(by=SYSTEM))
    for referral in Referral.objects.filter(state__in=UNANSWERED, reminded=False, due_on__lte=today):
        _remind(referral)


def _take(step) -> None:
    """A step that somebody else has taken meanwhile is no mistake."""
    with suppress(TooLate, Http404):
        step()


def _remind(referral: Referral) -> None:
    """Once, on the last day."""
    with transaction.atomic():
        if Referral.objects.filter(pk=referral.pk, reminded=False).update(reminded=True):
            for person in referral.agency.people():
                notify(person.pk, REFERRAL_DUE, referral.reference, by=SYSTEM.actor)
