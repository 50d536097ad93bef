"""Who may do what with agencies and agreements: pure questions about a record and a person."""

from typing import TYPE_CHECKING, Any

from cellule.accounts.roles import SYSTEM, Permission

if TYPE_CHECKING:
    from cellule.accounts.models import User
    from referrals.models import Agency, Agreement


def may_agree(agency: "Agency", user: "User") -> bool:
    """Whether the person may make an agreement with this agency; nobody may with a police or border body."""
    return agency.may_receive and user.has_perm(Permission.SUPERVISE_CASES)


def may_settle(agreement: "Agreement", user: "User") -> bool:
    """Whether the person decides how an agreement stands."""
    return user.has_perm(Permission.SUPERVISE_CASES)


def is_the_house(agreement: "Agreement", user: Any) -> bool:
    """Whether nobody asked, but the clock."""
    return user is SYSTEM
