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
from referrals.notices import CONSENT_ENDS, REFERRAL_DUE

WARNED_BEFORE = timedelta(days=14)


@recurring("referrals.end_agreements", every=timedelta(hours=1))
def end_agreements(job: Any) -> None:
    """Tidy up agreements whose last day has passed; nothing could be sent under them since."""
    for agreement in Agreement.objects.over(timezone.localdate()):
        # Somebody may have ended it meanwhile.
        with suppress(TooLate):
            agreement.expire(by=SYSTEM)


@recurring("referrals.keep_time", every=timedelta(minutes=15))
def keep_time(job) -> None:
    """Let expire what is over, end access that has lasted long enough, and remind who has something to do."""
    today = timezone.localdate()
    for consent in Consent.objects.over(today):
        _take(lambda consent=consent: consent.expire(by=SYSTEM))
    for referral in Referral.objects.overdue(today):
        _take(lambda referral=referral: referral.expire(by=SYSTEM))
    for referral in Referral.objects.filter(access_until__lte=today):
        _take(lambda referral=referral: referral.end_access(by=SYSTEM))
    for referral in Referral.objects.filter(state__in=UNANSWERED, reminded=False, due_on__lte=today):
        _remind(referral)
    for consent in Consent.objects.ending(today + WARNED_BEFORE).select_related("case"):
        _warn(consent)


def _take(step) -> None:
    """A step that somebody else has taken meanwhile is no mistake."""
    with suppress(TooLate, Http404):
        step()


def _warn(consent: Consent) -> None:
    """Once, two weeks before its end: what runs under it stops unless the person is asked again."""
    with transaction.atomic():
        if Consent.objects.filter(pk=consent.pk, warned=False).update(warned=True):
            for lead in consent.case.leads():
                notify(lead.pk, CONSENT_ENDS, consent.case.reference, by=SYSTEM.actor)


def _remind(referral: Referral) -> None:
    """Once, on the last day."""
    with transaction.atomic():
        if Referral.objects.filter(pk=referral.pk, reminded=False).update(reminded=True):
            for person in referral.agency.people():
                notify(person.pk, REFERRAL_DUE, referral.reference, by=SYSTEM.actor)
