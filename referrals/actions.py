"""What this room records: imports of the directory, and every step of an agreement."""

from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action

DIRECTORY_IMPORTED = Action("referrals.directory_imported", _("Imported the directory"))
AGREEMENT_DRAFTED = Action("referrals.agreement_drafted", _("Wrote down an agreement with an agency"))
AGREEMENT_IN_FORCE = Action("referrals.agreement_in_force", _("Put an agreement in force"))
AGREEMENT_SUSPENDED = Action("referrals.agreement_suspended", _("Suspended an agreement"))
AGREEMENT_RESUMED = Action("referrals.agreement_resumed", _("Resumed an agreement"))
AGREEMENT_ENDED = Action("referrals.agreement_ended", _("Ended an agreement"))
AGREEMENT_EXPIRED = Action("referrals.agreement_expired", _("An agreement reached its last day"))
