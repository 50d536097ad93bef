"""The parts that this room adds to a case."""

from django.utils.translation import gettext_lazy as _

from cases import policies
from cases.tabs import tab

tab("referrals:consents", _("Consents"), policies.may_look)
tab("referrals:of_case", _("Referrals"), policies.may_look)
