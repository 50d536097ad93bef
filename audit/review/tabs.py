"""The pages of the auditors' workspace that have a place in its sub-navigation. Each part declares its own."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.review.models import Queue
from cellule.accounts.models import User
from cellule.accounts.roles import Permission


@dataclass(frozen=True)
class Tab:
    """One page: `name` of its address, which takes no argument; `permission`: for whom it is there."""

    name: str
    label: Promise
    permission: Permission


_TABS: dict[str, Tab] = {}
# The page of each queue.
QUEUE_PAGES = {
    Queue.SIGNAL: "review:signal_queue",
    Queue.SAMPLE: "review:sample_queue",
    Queue.GLASS: "review:glass_queue",
    Queue.OF_AUDITORS: "review:of_auditors",
}


def tab(name: str, label: Promise, permission: Permission) -> None:
    """Declare a page of the workspace; pages stand in the order in which they are declared."""
    _TABS[name] = Tab(name, label, permission)


def tabs_of(user: User, current: str) -> list[tuple[Promise, str, bool, int]]:
    """Give the pages that this person may open, as the sub-navigation takes them; `current` is the name of one."""
    return [
        (each.label, reverse(each.name), each.name == current, 0)
        for each in _TABS.values()
        if user.has_perm(each.permission)
    ]


tab("review:dashboard", _("Overview"), Permission.READ_LOG)
tab("review:signal_queue", _("Signals"), Permission.READ_LOG)
tab("review:sample_queue", _("Sample"), Permission.READ_LOG)
tab("review:glass_queue", _("Emergency accesses"), Permission.READ_LOG)
tab("review:findings", _("Findings"), Permission.READ_LOG)
tab("review:rules", _("Rules"), Permission.READ_LOG)
tab("review:hours", _("Hours of work"), Permission.READ_LOG)
tab("review:of_auditors", _("Acts of auditors"), Permission.REVIEW_AUDITORS)
tab("review:incidents", _("Incidents"), Permission.REVIEW_AUDITORS)
tab("review:holds", _("Kept longer"), Permission.HOLD_LOG)
