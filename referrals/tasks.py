"""Jobs of this room."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.utils import timezone

from cellule.accounts.roles import SYSTEM
from cellule.jobs.kinds import recurring
from cellule.steps import TooLate
from referrals.models import Agreement


@recurring("referrals.end_agreements", every=timedelta(hours=1))
def end_agreements(job: Any) -> None:
    """Tidy up agreements whose last day has passed; nothing could be sent under them since."""
    for agreement in Agreement.objects.over(timezone.localdate()):
        # Somebody may have ended it meanwhile.
        with suppress(TooLate):
            agreement.expire(by=SYSTEM)
