"""What this room records: imports of the directory, every step of an agreement, and of a referral on both sides."""

from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action

DIRECTORY_IMPORTED = Action("referrals.directory_imported", _("Imported the directory"))
AGENCY_CONNECTED = Action("referrals.agency_connected", _("Connected an agency with the people who answer for it"))
AGREEMENT_DRAFTED = Action("referrals.agreement_drafted", _("Wrote down an agreement with an agency"))
AGREEMENT_IN_FORCE = Action("referrals.agreement_in_force", _("Put an agreement in force"))
AGREEMENT_SUSPENDED = Action("referrals.agreement_suspended", _("Suspended an agreement"))
AGREEMENT_RESUMED = Action("referrals.agreement_resumed", _("Resumed an agreement"))
AGREEMENT_ENDED = Action("referrals.agreement_ended", _("Ended an agreement"))
AGREEMENT_EXPIRED = Action("referrals.agreement_expired", _("An agreement reached its last day"))

# --- Referrals -------------------------------------------------------------------------------------
REFERRAL_BEGUN = Action("referrals.referral_begun", _("Began a referral"))
REFERRAL_SENT = Action("referrals.referral_sent", _("Sent a referral"))
REFERRAL_SENT_AGAIN = Action(
    "referrals.referral_sent_again", _("Sent a referral again to an agency that had lost its keys")
)
REFERRAL_SEEN = Action("referrals.referral_seen", _("Saw a referral for the first time"))
REFERRAL_ACCEPTED = Action("referrals.referral_accepted", _("Accepted a referral"))
REFERRAL_DECLINED = Action("referrals.referral_declined", _("Declined a referral"))
SERVICE_BEGUN = Action("referrals.service_begun", _("Began the service asked for"))
SERVICE_ON_HOLD = Action("referrals.service_on_hold", _("Put a referral on hold"))
REFERRAL_COMPLETED = Action("referrals.referral_completed", _("Completed a referral"))
REFERRAL_NOT_DELIVERED = Action("referrals.referral_not_delivered", _("Could not give the service asked for"))
REFERRAL_RECALLED = Action("referrals.referral_recalled", _("Recalled a referral"))
REFERRAL_IN_ERROR = Action("referrals.referral_in_error", _("Marked a referral as sent in error"))
REFERRAL_EXPIRED = Action("referrals.referral_expired", _("A referral expired without an answer"))
ACCESS_ENDED = Action("referrals.access_ended", _("Ended an agency’s access to what it had received"))
ANSWER_SETTLED = Action("referrals.answer_settled", _("Dealt with the answer to a referral"))
STOP_ACKNOWLEDGED = Action("referrals.stop_acknowledged", _("Acknowledged that a referral is not to be used any more"))
MESSAGE_WRITTEN = Action("referrals.message_written", _("Wrote a message about a referral"))

ENVELOPE_OPENED = Action("referrals.envelope_opened", _("Read the envelope of a referral"))
AGREED_OPENED = Action("referrals.agreed_opened", _("Read what was agreed to be shared"))
PACKET_FORGED = Action("referrals.packet_forged", _("A packet was not what its sender had signed"))
REFERRALS_LISTED = Action("referrals.referrals_listed", _("Looked at a list of referrals"))
