"""What both sides are told about referrals: that there is something, never what."""

from django.utils.translation import gettext_lazy as _

from cellule.notices.kinds import NoticeKind

# The page that each leads to, on either side.
REFERRAL = "referrals:referral"
CONSENTS = "referrals:consents"

CONSENT_ENDS = NoticeKind("referrals.consent_ends", _("A consent ends soon: ask again if it should go on."), CONSENTS)
REFERRAL_ARRIVED = NoticeKind("referrals.arrived", _("A referral has arrived."), REFERRAL)
REFERRAL_STOPPED = NoticeKind("referrals.stopped", _("A referral is not to be used any more."), REFERRAL)
REFERRAL_DUE = NoticeKind("referrals.due", _("A referral waits for your answer."), REFERRAL)
REFERRAL_ANSWERED = NoticeKind("referrals.answered", _("A referral was answered."), REFERRAL)
REFERRAL_LOST = NoticeKind(
    "referrals.lost", _("An agency cannot open a referral any more: it can be sent again."), REFERRAL
)
REFERRAL_MOVED = NoticeKind("referrals.moved", _("There is news of a referral."), REFERRAL)
REFERRAL_UNANSWERED = NoticeKind("referrals.unanswered", _("A referral has expired without an answer."), REFERRAL)
STOP_CONFIRMED = NoticeKind(
    "referrals.stop_confirmed", _("An agency has stopped using what it had received."), REFERRAL
)
MESSAGE_ARRIVED = NoticeKind("referrals.message", _("There is a message about a referral."), REFERRAL)
