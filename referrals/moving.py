"""What goes along when a case moves to other keys: the unit's side of its referrals. The agencies' side stays as it is."""

from django.contrib.auth import get_user_model
from django.db.models import F, Q

from cases import moves
from cases.models import Case, Consent
from cellule.accounts.acting import Acting
from cellule.notices.models import Notice
from cellule.vault import packets, parking
from referrals.models import Referral


@moves.goes_along
def move_referrals(case: Case, by: Acting) -> None:
    """Give the packets of a case to the group that holds it now; in a circle, leave nothing of them with others.

    The case is locked; then consents, then referrals: nobody reads or writes one of them in between.
    """
    list(Consent.objects.select_for_update(of=("self",)).filter(case=case).order_by("pk").values_list("pk"))
    referrals = Referral.objects.select_related("agency").filter(case=case).order_by("pk")
    for referral in referrals.select_for_update(of=("self",)):
        packets.move_packet(by.vault, referral, case.key_holder)
        Referral.objects.filter(pk=referral.pk).update(key_holder=case.key_holder, version=F("version") + 1)
        if case.is_in_circle:
            _leave_to_its_sides(case, referral)


def _leave_to_its_sides(case: Case, referral: Referral) -> None:
    """Notices and kept texts stay with who works on the case, and with the agency."""
    sides = Q(pk__in=case.user_grants.values("user")) | Q(organisation=referral.agency.organisation_id)
    people = list(get_user_model()._default_manager.filter(sides).values_list("pk", flat=True))
    Notice.objects.about(referral.reference).exclude(recipient__in=people).lead_nowhere()
    parking.discard_about(referral.code, besides=people)
