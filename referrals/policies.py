"""Who may do what with agencies, agreements and referrals: pure questions about a record and a person."""

from typing import TYPE_CHECKING, Any

from cases import policies as cases
from cellule.accounts.roles import SYSTEM, Permission

if TYPE_CHECKING:
    from cellule.accounts.models import User
    from referrals.models import Agency, Agreement, Referral


def may_agree(agency: "Agency", user: "User") -> bool:
    """Whether the person may make an agreement with this agency; nobody may with a police or border body."""
    return agency.may_receive and user.has_perm(Permission.SUPERVISE_CASES)


def may_settle(agreement: "Agreement", user: "User") -> bool:
    """Whether the person decides how an agreement stands."""
    return user.has_perm(Permission.SUPERVISE_CASES)


def is_the_house(record: Any, user: Any) -> bool:
    """Whether nobody asked, but the clock."""
    return user is SYSTEM


def may_send(referral: "Referral", user: Any) -> bool:
    """Whether the person leads the case from which it goes out."""
    return user is not SYSTEM and user.has_perm(Permission.LEAD_CASES) and cases.may_write(referral.case, user)


def may_recall(referral: "Referral", user: Any) -> bool:
    """Whether the person may take it back: who works on the case, who supervises; and the house with its consent."""
    return user is SYSTEM or is_of_the_unit(referral, user)


def is_of_the_unit(referral: "Referral", user: "User") -> bool:
    """Whether the person works on the case it goes out from, or supervises it."""
    # The role is asked first: of the case itself nothing is ever read for an agency's people.
    return user.duty.in_unit and (cases.may_read(referral.case, user) or cases.may_supervise(referral.case, user))


def may_answer(referral: "Referral", user: Any) -> bool:
    """Whether the person works for the agency to which it was sent."""
    return (
        user is not SYSTEM
        and user.has_perm(Permission.ANSWER_REFERRALS)
        and user.organisation_id == referral.agency.organisation_id
    )


def may_write_message(referral: "Referral", user: Any) -> bool:
    """Whether the person may add to the talk between both sides."""
    return may_answer(referral, user) or may_send(referral, user)
