"""A question or an answer to the other side of a referral."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.views.frame import form_page
from cellule.forms import bound
from cellule.front import say
from cellule.steps import TooLate
from cellule.vault.unlocked import TurnIsDue
from referrals import policies
from referrals.doors import find_referral
from referrals.forms.answering import MessageForm
from referrals.models.codes import RUNNING
from referrals.views.sides import for_both_sides


@for_both_sides
@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest, reference: str) -> HttpResponse:
    """Write to the other side, as long as the referral runs."""
    referral = find_referral(request, reference)
    if not policies.may_write_message(referral, request.user):
        raise PermissionDenied
    form = bound(MessageForm, request)
    if request.method == "POST" and form.is_valid():
        try:
            words = form.cleaned_data["words"]
            referral.write_message(by=request.acting, row_id=form.row_id, words=words)
        except TurnIsDue as due:
            form.add_error(None, str(due.reasons[0]))
            return form_page(request, "referrals/message.html", form, status=409, referral=referral, is_too_late=False)
        except TooLate:
            form.add_error(
                None, _("This referral is over, so nothing was sent. Copy what you still need of your text.")
            )
            return form_page(request, "referrals/message.html", form, status=409, referral=referral, is_too_late=True)
        say(request, _("Your message was sent."))
        return redirect("referrals:referral", referral.reference)
    if referral.state not in RUNNING:
        raise TooLate
    return form_page(request, "referrals/message.html", form, referral=referral, is_too_late=False)
