"""One page for every step of a case: what it does, what it asks, and the button."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.doors import find_case, open_decision
from cases.forms.steps import DECISIONS, FORMS, StepForm
from cases.models import Case
from cases.models.codes import ClosingReason, ClosingTalk
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
    _expect(case, step, request.user)
    if step.name == "begin_intake":
        return redirect("cases:intake", case.reference)
    form = bound(FORMS.get(step.name, StepForm), request, case=case)
    if request.method == "POST" and form.is_valid():
        try:
            getattr(case, step.name)(by=request.acting, version=_version(step, form), **form.answers)
        except Stale:
            return _overtaken(request, case, step, form)
        say(request, _("Done: %(step)s.") % {"step": step.action.label})
        return _after(request, case)
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


def _after(request: HttpRequest, case: Case) -> HttpResponse:
    """Back to the case, unless it was given away."""
    if Case.objects.visible_to(request.user).filter(pk=case.pk).exists():
        return redirect("cases:case", case.reference)
    return redirect("cases:cases")


def _page(request: HttpRequest, case: Case, step: Step, form: StepForm, status: int = 0) -> HttpResponse:
    context: dict[str, Any] = {"case": case, "step": step, "decides_on": []}
    if step.name in DECISIONS:
        context["decides_on"] = _decided_on(request, case, step)
    return form_page(request, "cases/step.html", form, status=status, **context)


def _decided_on(request: HttpRequest, case: Case, step: Step) -> list[tuple[Any, Any]]:
    """What the supervisor decides on, opened for that: pairs of a question and its answer."""
    opened = open_decision(request, case)
    if step.name == "countersign":
        return risk_in_words(max((opened.read(row, "story") for row in case.risks.all()), key=lambda s: s.recorded_at))
    closing = opened.read(case, "closing")
    return [
        (_("Why does the case end?"), ClosingReason(closing.reason).label),
        (_("Does the person know?"), ClosingTalk(closing.talk).label),
        (_("What the supervisor should know"), closing.words),
    ]
