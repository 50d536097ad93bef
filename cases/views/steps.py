"""One page for every step of a case: what it does, what it asks, and the button."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.circle import asked_in_words
from cases.closing import Line, closing_in_words, proposal
from cases.doors import CASEWORK, find_case, open_case, open_decision
from cases.forms.steps import DECISIONS, FORMS, StepForm
from cases.models import Case
from cases.risk import risk_in_words
from cases.views.frame import form_page
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.front import say
from cellule.steps import Stale, Step, TooLate


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def step_page(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    """Ask what the step asks, and take it; a step that asks nothing is taken by its button alone."""
    case = find_case(request, reference)
    step = Case.step_called(slug)
    form = bound(FORMS.get(step.name, StepForm), request, case=case)
    try:
        _expect(case, step, request.user)
        if step.name == "begin_intake":
            return redirect("cases:intake", case.reference)
        if request.method == "POST" and form.is_valid():
            getattr(case, step.name)(by=request.acting, version=_version(step, form), **form.answers)
            say(request, _("Done: %(step)s.") % {"step": step.label})
            return _after(request, case)
    except Stale:
        return _overtaken(request, case, step, form)
    except TooLate as refusal:
        return _too_late(request, case, step, form, refusal)
    return _page(request, case, step, form)


def _expect(case: Case, step: Step, user: Any) -> None:
    """Refuse what the step itself would refuse, before its page is shown. PermissionDenied, TooLate."""
    if not step.allowed(case, user):
        raise PermissionDenied
    if case.state not in step.sources:
        raise TooLate
    if missing := step.missing(case, user):
        raise TooLate(missing)


def _version(step: Step, form: StepForm) -> int | None:
    """A decision rests on what was read; anything else does not mind what was added meanwhile."""
    return form.cleaned_data["version"] if step.name in DECISIONS else None


def _overtaken(request: HttpRequest, case: Case, step: Step, form: StepForm) -> HttpResponse:
    """Show what stands there now, keep what was typed, and let the person decide again."""
    form.add_error(
        None, _("The case has changed since you opened this page. Read it again below, then decide. Your text is kept.")
    )
    form.data = form.data.copy()
    fresh = find_case(request, case.reference)
    form.data["version"] = fresh.version
    return _page(request, fresh, step, form, status=409)


def _too_late(request: HttpRequest, case: Case, step: Step, form: StepForm, refusal: TooLate) -> HttpResponse:
    """Say what stands in the way, with a way to the case; whatever was typed stays on the page, to be copied."""
    # Somebody else may have moved it on since this request found it.
    case = find_case(request, case.reference)
    stage = _("The case is now at this stage: %(stage)s.") % {"stage": case.get_state_display()}
    reasons = refusal.reasons or [stage]
    if form.is_bound and form.visible_fields():
        for reason in reasons:
            form.add_error(None, str(reason))
        return _page(request, case, step, form, status=409, is_too_late=True)
    if request.method == "POST" and _was_taken(request, case, step):
        return _after(request, case)
    return render(request, "cases/step_too_late.html", {"case": case, "reasons": reasons}, status=409)


def _was_taken(request: HttpRequest, case: Case, step: Step) -> bool:
    """Whether this very step is the last thing done, by this person: the button was pressed twice."""
    case, opened = open_case(request, case.reference, purpose=CASEWORK)
    last = max((opened.read(row, "ordinary") for row in case.milestones.all()), key=lambda told: told.at)
    return (last.step, last.by) == (step.name, str(request.user.pk))


def _after(request: HttpRequest, case: Case) -> HttpResponse:
    """Back to the case, unless it was given away."""
    if Case.objects.visible_to(request.user).filter(pk=case.pk).exists():
        return redirect("cases:case", case.reference)
    return redirect("cases:cases")


def _page(
    request: HttpRequest, case: Case, step: Step, form: StepForm, *, status: int = 0, is_too_late: bool = False
) -> HttpResponse:
    shown = _decided_on(request, case, step) if step.name in DECISIONS and not is_too_late else []
    context = {"case": case, "step": step, "decides_on": shown, "is_too_late": is_too_late}
    return form_page(request, "cases/step.html", form, status=status, **context)


def _decided_on(request: HttpRequest, case: Case, step: Step) -> Sequence[Line]:
    """What the supervisor decides on, opened for that: pairs of a question and its answer."""
    opened = open_decision(request, case)
    if step.name == "countersign":
        return risk_in_words(max((opened.read(row, "story") for row in case.risks.all()), key=lambda s: s.recorded_at))
    if step.name in ("approve_circle", "approve_lift"):
        return asked_in_words(case, opened)
    return closing_in_words(proposal(case, opened))
