"""Who may review what: nobody their own acts, and auditors never those of auditors."""

from typing import TYPE_CHECKING, Any

from cellule.accounts.roles import SYSTEM, Permission

if TYPE_CHECKING:
    from audit.review.models import Item


def is_system(record: Any, user: Any) -> bool:
    """Whether it is the house itself."""
    return user is SYSTEM


def may_review(item: "Item", user: Any) -> bool:
    """Whether this person may judge it: a reviewer, of somebody else, and of another line than their own."""
    if user is SYSTEM or not user.has_perm(Permission.READ_LOG) or item.is_by(user):
        return False
    return not item.is_of_auditors or user.has_perm(Permission.REVIEW_AUDITORS)


def may_sign_second(item: "Item", user: Any) -> bool:
    """Whether this person may sign what another reviewer signed first."""
    return may_review(item, user) and str(user.pk) != item.first_signer


def may_answer(item: "Item", user: Any) -> bool:
    """Whether it is they who acted, and who alone can explain it."""
    return user is not SYSTEM and item.is_by(user)


def may_handle_incidents(user: Any) -> bool:
    """Whether this person answers for personal information before the law."""
    return user is not SYSTEM and user.has_perm(Permission.REVIEW_AUDITORS)
