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
    return may_read(case, user) or may_supervise(case, user) or may_read_in_emergency(case, user)


def may_ask_in_emergency(user: "User") -> bool:
    """Whether the person may ask for a case that is not theirs when it cannot wait."""
    return user.has_perm(Permission.BREAK_GLASS)


def may_look_in_emergency(case: "Case", user: "User") -> bool:
    """Whether what is ordinary in the case is open to the person now by an emergency access, and by that alone."""
    return not may_look(case, user) and case.emergency_of(user) is not None


def may_read_in_emergency(case: "Case", user: "User") -> bool:
    """Whether a second person agreed that story, identity and contact are open to the person now, too."""
    emergency = None if may_look(case, user) else case.emergency_of(user)
    return emergency is not None and emergency.tells_secrets


def may_read_now(case: "Case", user: "User") -> bool:
    """Whether the story is open to the person now without a question: by their work, or in an emergency."""
    return may_read(case, user) or may_read_in_emergency(case, user)


def may_add_note(case: "Case", user: "User") -> bool:
    """Whether the person may add a note: who writes in the case, and who has it open in an emergency."""
    return may_write(case, user) or (case.is_open and may_look_in_emergency(case, user))


def may_see_access(case: "Case", user: "User") -> bool:
    """Whether the person may see who opened the case: who leads it, or answers for it."""
    return may_lead(case, user) or may_supervise(case, user)


def works_in_unit(user: Any) -> bool:
    """Whether a person may be given a case: a role that leads cases, and still with us."""
    return bool(user.is_active and user.has_perm(Permission.LEAD_CASES))
