"""One page for every step of a referral that a person takes from a page, on either side."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.views.frame import form_page
from cellule.forms import bound
from cellule.front import say
from cellule.steps import Step, TooLate
from referrals.doors import find_referral, open_agreed, open_envelope
from referrals.forms.answering import FORMS, StepForm
from referrals.models import Referral
from referrals.views.sides import for_both_sides

# These have pages of their own: the preview, and the first look.
ELSEWHERE = {"send", "see"}
# This reads what was written, to seal it again.
OPENED_BEFORE = {"send_again"}


@for_both_sides
@require_http_methods(["GET", "HEAD", "POST"])
def step_page(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    """Ask what the step asks, and take it; a step that asks nothing is taken by its button alone."""
    referral = find_referral(request, reference)
    step = Referral.step_called(slug)
    if step.name in ELSEWHERE:
        raise Http404
    form = bound(FORMS.get(step.name, StepForm), request)
    try:
        _expect(referral, step, request.user)
        if request.method == "POST" and form.is_valid():
            opened = {"opened": open_agreed(request, referral)} if step.name in OPENED_BEFORE else {}
            getattr(referral, step.name)(by=request.acting, **form.answers, **opened)
            say(request, _("Done: %(step)s.") % {"step": step.action.label})
            return _after(request, referral)
    except TooLate as refusal:
        return _too_late(request, referral, step, form, refusal)
    return form_page(request, "referrals/step.html", form, referral=referral, step=step, is_too_late=False)


def _expect(referral: Referral, step: Step, user: Any) -> None:
    """Refuse what the step itself would refuse, before its page is shown. PermissionDenied, TooLate."""
    if not step.allowed(referral, user):
        raise PermissionDenied
    if referral.state not in step.sources:
        raise TooLate
    if missing := step.missing(referral, user):
        raise TooLate(missing)


def _too_late(request: HttpRequest, referral: Referral, step: Step, form: StepForm, refusal: TooLate) -> HttpResponse:
    """Say what stands in the way, with a way to the referral; whatever was typed stays on the page, to be copied."""
    # Somebody else may have moved it on since this request found it: then it may be nobody's here any more.
    referral = find_referral(request, referral.reference)
    stage = _("The referral is now at this stage: %(stage)s.") % {"stage": referral.get_state_display()}
    reasons = refusal.reasons or [stage]
    if request.method == "POST" and _was_taken(request, referral, step):
        return _after(request, referral)
    if form.is_bound and form.visible_fields():
        for reason in reasons:
            form.add_error(None, str(reason))
        told = {"referral": referral, "step": step, "is_too_late": True}
        return form_page(request, "referrals/step.html", form, status=409, **told)
    return render(request, "referrals/step_too_late.html", {"referral": referral, "reasons": reasons}, status=409)


def _was_taken(request: HttpRequest, referral: Referral, step: Step) -> bool:
    """Whether this very step is the last thing done, by this person: the button was pressed twice."""
    if referral.state not in step.targets:
        return False
    try:
        opened = open_envelope(request, referral)
    except TooLate:
        return False
    last = max((opened.read(row, "trace") for row in referral.traces.all()), key=lambda trace: trace.at, default=None)
    return last is not None and (last.step, last.by) == (step.name, str(request.user.pk))


def _after(request: HttpRequest, referral: Referral) -> HttpResponse:
    """Back to the referral, unless it has disappeared from this side."""
    if Referral.objects.visible_to(request.user).filter(pk=referral.pk).exists():
        return redirect("referrals:referral", referral.reference)
    return redirect("referrals:inbox")
