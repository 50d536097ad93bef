"""What referrals share that stop at once: asked once for all of them, and written once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cases.models import Consent
from cellule.accounts.roles import SYSTEM
from cellule.vault import packets
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import log_reference
from referrals.models.parcel import ReferralTrace

if TYPE_CHECKING:
    from referrals.models.referral import Referral


class Together:
    """Referrals that stop with one consent, all of them locked, and the consent before them.

    The agency's keys go first, so that each trace lies under a key that the agency never held. Each referral then takes
    its own step with its own entry; `finish` writes the traces that the steps have left.
    """

    def __init__(self, consent: Consent, referrals: Sequence["Referral"], by: Any) -> None:
        subject = log_reference(consent.case_id)
        self._traces: list[ReferralTrace] = []
        packets.cut_all(referrals)
        # The house has no keys, and leaves no trace.
        told = [] if by.user is SYSTEM else referrals
        self._sealers = packets.writers(by.vault, told, Compartment.ENVELOPE) if told else {}
        for referral in referrals:
            # Whoever ends the consent has locked its case, and been let in to it.
            referral.stops_with, referral.case, referral.log_subject = self, consent.case, subject

    def sealer(self, referral: "Referral") -> packets.Sealer:
        """The key under which the unit writes on about one of them."""
        return self._sealers[referral.pk]

    def leave(self, trace: ReferralTrace) -> None:
        self._traces.append(trace)

    def finish(self) -> None:
        """Write what was left, in the order in which it was."""
        ReferralTrace.objects.bulk_create(self._traces)
