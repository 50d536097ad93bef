"""Who may do what with a case: pure questions about a record and a person."""

from typing import TYPE_CHECKING

from cellule.accounts.roles import Permission

if TYPE_CHECKING:
    from cases.models import Case
    from cellule.accounts.models import User


def may_open_inquiry(user: "User") -> bool:
    """Whether the person's role takes first calls."""
    return user.has_perm(Permission.OPEN_INQUIRY)


def may_read(case: "Case", user: "User") -> bool:
    """Whether the person works on cases and leads this one."""
    return user.has_perm(Permission.WORK_CASES) and case.is_led_by(user)


def may_write(case: "Case", user: "User") -> bool:
    """Whether the person may add to this case; an inquiry is open to whoever may read it."""
    return may_read(case, user)
