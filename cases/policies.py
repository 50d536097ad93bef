"""Who may do what with a case: pure questions about a record and a person. What exists for them is asked before."""

from typing import TYPE_CHECKING, Any

from cellule.accounts.roles import Permission

if TYPE_CHECKING:
    from cases.models import Case
    from cellule.accounts.models import User


def may_open_inquiry(user: "User") -> bool:
    """Whether the person's role takes first calls."""
    return user.has_perm(Permission.OPEN_INQUIRY)


def may_read(case: "Case", user: "User") -> bool:
    """Whether the person works on this case, leading it or sharing in it: its story is open to them."""
    return user.has_perm(Permission.WORK_CASES) and case.is_worked_by(user)


def may_write(case: "Case", user: "User") -> bool:
    """Whether the person may add to this case and correct what may be corrected; a closed case rests."""
    return case.is_open and may_read(case, user)


def may_lead(case: "Case", user: "User") -> bool:
    """Whether the person leads this case."""
    return user.has_perm(Permission.WORK_CASES) and case.is_led_by(user)


def may_lead_in_unit(case: "Case", user: "User") -> bool:
    """Whether the person leads this case as one of the unit's own, not only until it is handed over."""
    return user.has_perm(Permission.LEAD_CASES) and case.is_led_by(user)


def may_supervise(case: "Case", user: "User") -> bool:
    """Whether the person answers for the unit's cases, of which this is one."""
    return user.has_perm(Permission.SUPERVISE_CASES)


def may_share(case: "Case", user: "User") -> bool:
    """Whether the person may let a colleague work on this case."""
    return may_lead_in_unit(case, user) or may_supervise(case, user)


def may_read_for_a_reason(case: "Case", user: "User") -> bool:
    """Whether the person may open the story after giving a reason: who supervises and does not work on the case."""
    return may_supervise(case, user) and not may_read(case, user)


def may_look(case: "Case", user: "User") -> bool:
    """Whether the pages of the case open to the person at all: who works on it, or answers for it."""
    return may_read(case, user) or may_supervise(case, user)


def may_reveal(case: "Case", user: "User") -> bool:
    """Whether the person may see identity and contact, each time with a reason."""
    return may_read(case, user) or may_supervise(case, user)


def may_see_access(case: "Case", user: "User") -> bool:
    """Whether the person may see who opened the case: who leads it, or answers for it."""
    return may_lead(case, user) or may_supervise(case, user)


def works_in_unit(user: Any) -> bool:
    """Whether a person may be given a case: a role that leads cases, and still with us."""
    return bool(user.is_active and user.has_perm(Permission.LEAD_CASES))
