"""What both sides are told about referrals: that there is something, never what."""

from django.utils.translation import gettext_lazy as _

from cellule.notices.kinds import NoticeKind

REFERRAL_ARRIVED = NoticeKind("referrals.arrived", _("A referral has arrived."))
REFERRAL_STOPPED = NoticeKind("referrals.stopped", _("A referral is not to be used any more."))
REFERRAL_DUE = NoticeKind("referrals.due", _("A referral waits for your answer."))
REFERRAL_ANSWERED = NoticeKind("referrals.answered", _("A referral was answered."))
REFERRAL_MOVED = NoticeKind("referrals.moved", _("There is news of a referral."))
REFERRAL_UNANSWERED = NoticeKind("referrals.unanswered", _("A referral has expired without an answer."))
STOP_CONFIRMED = NoticeKind("referrals.stop_confirmed", _("An agency has stopped using what it had received."))
MESSAGE_ARRIVED = NoticeKind("referrals.message", _("There is a message about a referral."))
