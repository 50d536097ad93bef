"""Agreements with agencies: writing one down, and taking its steps. Supervisors only."""

import uuid

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
from cellule.steps import Step, TooLate
from referrals import policies
from referrals.forms.agreements import SAYS, AgreementForm, StepForm
from referrals.models import Agency, Agreement


@for_permission(Permission.SUPERVISE_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def new_agreement(request: HttpRequest, reference: str) -> HttpResponse:
    """Write down an agreement; one that is signed and has begun or will begin is put in force by its own step."""
    agency = get_object_or_404(Agency.objects.visible_to(request.user), reference=reference)
    if not policies.may_agree(agency, request.user):
        raise PermissionDenied
    form = bound(AgreementForm, request)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("number", "starts_on", "ends_on", "signed_on")}
        try:
            Agreement.draft(agency, by=request.acting, row_id=form.row_id, **told)
        except TooLate as refusal:
            form.add_error("number", refusal.reasons[0])
        else:
            return redirect("referrals:sheet", agency.reference)
    return form_page(request, "referrals/agreement.html", form, agency=agency)


@for_permission(Permission.SUPERVISE_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_step(request: HttpRequest, reference: str, pk: uuid.UUID, slug: str) -> HttpResponse:
    """Say what a step does, and take it."""
    found = Agreement.objects.visible_to(request.user).select_related("agency")
    agreement = get_object_or_404(found, pk=pk, agency__reference=reference)
    step = Agreement.step_called(slug)
    _expect(agreement, step, request.user)
    form = bound(StepForm, request, initial={"version": agreement.version})
    if request.method == "POST" and form.is_valid():
        getattr(agreement, step.name)(by=request.acting, version=form.cleaned_data["version"])
        say(request, _("Done: %(step)s.") % {"step": step.action.label})
        return redirect("referrals:sheet", agreement.agency.reference)
    context = {"agreement": agreement, "agency": agreement.agency, "step": step, "says": SAYS.get(step.name, "")}
    return form_page(request, "referrals/agreement_step.html", form, **context)


def _expect(agreement: Agreement, step: Step, user: object) -> None:
    """Refuse what the step itself would refuse, before its page is shown. PermissionDenied, TooLate."""
    if not step.allowed(agreement, user):
        raise PermissionDenied
    if agreement.state not in step.sources:
        raise TooLate
    if missing := step.missing(agreement, user):
        raise TooLate(missing)
