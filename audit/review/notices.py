"""What people are told about reviews: that there is something, never what."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from audit.review import policies
from cellule.accounts import roles
from cellule.accounts.acting import Acting
from cellule.accounts.models import User
from cellule.notices.kinds import NoticeKind
from cellule.notices.notify import notify

if TYPE_CHECKING:
    from audit.review.models import Item

ASKED = NoticeKind("review.asked", _("You are asked to explain something you did."), "review:question")
REMINDED = NoticeKind(
    "review.reminded", _("Somebody still waits for you to explain something you did."), "review:question"
)
ANSWERED = NoticeKind("review.answered", _("Somebody has explained what they did."), "review:item")
SECOND_SIGNATURE = NoticeKind("review.second", _("An access awaits a second signature."), "review:item")
INCIDENT = NoticeKind("review.incident", _("A confidentiality incident was opened."), "review:item")


def tell_second_signers(item: "Item", by: Acting) -> None:
    """Tell the privacy officers that a second signature is missing; the auditors, where no officer may give it."""
    for role in (roles.PRIVACY_OFFICER, roles.AUDITOR):
        people = User.objects.filter(is_active=True, role=role.code)
        able = [person for person in people if policies.may_sign_second(item, person)]
        for person in able:
            notify(person.pk, SECOND_SIGNATURE, item.code, by=by.actor)
        if able:
            return


def tell_officers(kind: NoticeKind, item: "Item", by: Acting) -> None:
    """Tell the privacy officers of an item, but not who acts now and not whose act it is."""
    for officer in User.objects.filter(is_active=True, role=roles.PRIVACY_OFFICER.code).exclude(pk=by.user.pk):
        if not item.is_by(officer):
            notify(officer.pk, kind, item.code, by=by.actor)
