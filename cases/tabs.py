"""The parts of a case that have a page of their own. A room above declares its part; nothing of it is imported here."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import policies
from cases.models import Case
from cellule.accounts.models import User

Policy = Callable[[Case, User], bool]


@dataclass(frozen=True)
class Tab:
    """One part: `name` of its address, which takes the case's reference alone; `policy` says for whom it is there."""

    name: str
    label: Promise
    policy: Policy


_TABS: dict[str, Tab] = {}


def tab(name: str, label: Promise, policy: Policy) -> None:
    """Declare a part of every case; parts stand in the order in which they are declared."""
    _TABS[name] = Tab(name, label, policy)


def tabs_of(case: Case, user: User, current: str) -> list[tuple[Promise, str, bool, int]]:
    """Give the parts that this person may open, as the sub-navigation takes them; `current` is the name of one."""
    return [
        (part.label, reverse(part.name, args=[case.reference]), part.name == current, 0)
        for part in _TABS.values()
        if part.policy(case, user)
    ]


tab("cases:case", _("The case"), policies.may_look)
tab("cases:people", _("People"), policies.may_look)
tab("cases:access", _("Access"), policies.may_see_access)
