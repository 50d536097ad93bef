"""What must hold before a step of a referral, each with the sentence that says what is missing."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cellule.steps import Condition
from cellule.vault import packets
from referrals.models.agreement import Agreement

CONSENTED = Condition(
    lambda referral, user: (
        referral.consent is not None
        and referral.consent.case_id == referral.case_id
        and referral.consent.recipient_id == referral.agency.organisation_id
        and referral.consent.is_active(timezone.localdate())
    ),
    _("There is no consent of the person for this agency that holds today."),
)
AGREEMENT_HOLDS = Condition(
    lambda referral, user: Agreement.holds_for(referral.agency_id, timezone.localdate()),
    _("There is no agreement with this agency that is in force today."),
)
WITH_THE_UNIT = Condition(
    lambda referral, user: referral.case.is_held_by_unit,
    _("The case is still with the intake: hand it over to the unit first."),
)
OFFERED = Condition(
    lambda referral, user: referral.service.is_open_to_referrals, _("This service takes no referrals now.")
)
IN_TIME = Condition(lambda referral, user: not referral.is_overdue, _("The time to answer is over."))
OVERDUE = Condition(lambda referral, user: referral.is_overdue, _("There is still time to answer."))
BEYOND_REACH = Condition(
    lambda referral, user: packets.is_beyond_reach(referral),
    _("The agency can open this referral: nothing is to be sent again."),
)
STOP_DUE = Condition(lambda referral, user: referral.stop_due, _("This was acknowledged already."))
NOT_SETTLED = Condition(lambda referral, user: not referral.settled, _("Somebody has dealt with it already."))
ACCESS_OPEN = Condition(
    lambda referral, user: referral.access_until is not None, _("The agency’s access has ended already.")
)
