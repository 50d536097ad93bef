"""What dies with a case: the packets that were sent from it, on both sides, and what was written beside them."""

from cases import destroying
from cases.models import Case
from cellule.notices.models import Notice
from cellule.vault import parking
from cellule.vault.destroying import destroy_keys
from cellule.vault.models.owner import Compartment
from referrals.models import Referral, ReferralMessage, ReferralTrace


@destroying.dies_too
def destroy_referrals(case: Case, compartment: Compartment | None) -> None:
    """Destroy the referrals of a case; or, with a compartment of it, the packets that hold some of it by value.

    The agreed part has copies from each compartment, the envelope only of what is ordinary. Who waits for an answer,
    or has to stop using something, is told before: here nobody is asked any more.
    """
    held = list(Referral.objects.select_for_update(of=("self",)).filter(case=case).order_by("pk"))
    packets = [referral.pk for referral in held]
    destroy_keys(packets, _parts_with(compartment))
    for referral in held:
        parking.discard_about(referral.code, besides=())
    if compartment is not None:
        return
    for referral in held:
        Notice.objects.about(referral.reference).lead_nowhere()
    ReferralMessage.objects.filter(referral__in=packets).delete()
    ReferralTrace.objects.filter(referral__in=packets).delete()
    Referral.objects.filter(pk__in=packets).delete()


def _parts_with(compartment: Compartment | None) -> tuple[Compartment, ...]:
    if compartment in (None, Compartment.ORDINARY):
        return (Compartment.ENVELOPE, Compartment.AGREED)
    return (Compartment.AGREED,)
