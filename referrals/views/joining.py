"""Tying an agency of the directory to the partner organisation whose people sign in. Supervisors only, and once."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.views.frame import form_page
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.front import say
from cellule.steps import TooLate
from referrals import policies
from referrals.forms.joining import ConnectForm
from referrals.models import Agency


@for_permission(Permission.SUPERVISE_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest, reference: str) -> HttpResponse:
    """Say whose people answer for an agency; what is sent to it goes to them from then on."""
    agency = get_object_or_404(Agency.objects.visible_to(request.user), reference=reference)
    if not policies.may_agree(agency, request.user):
        raise PermissionDenied
    form, status = bound(ConnectForm, request), 0
    if request.method == "POST" and form.is_valid():
        try:
            agency.connect(form.cleaned_data["organisation"], by=request.acting)
        except TooLate as refusal:
            form.add_error(None, str(refusal.reasons[0]))
            status = 409
        else:
            say(request, _("The agency is connected."))
            return redirect("referrals:sheet", agency.reference)
    if agency.organisation_id is not None and not form.is_bound:
        return redirect("referrals:sheet", agency.reference)
    return form_page(request, "referrals/connect.html", form, status=status, agency=agency)
