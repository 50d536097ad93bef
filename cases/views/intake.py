"""The intake: its task list, its own pages, and the page on which the answers are checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cases import intake, policies
from cases.answers import Line, incidents_in_words, limits_in_words, needs_in_words, sections
from cases.doors import open_case
from cases.forms.intake import NOW, HappenedForm, LanguageForm, LimitsForm, NeedsForm
from cases.forms.people import CorrectionForm
from cases.intake import COMES_BACK, INTAKE, LIMITS, Known, lines_of
from cases.models import Case
from cases.search.duplicates import alike_at_intake
from cases.views.frame import form_page, writable
from cellule.accounts.acting import Acting
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import Versioned, bound
from cellule.steps import Offer, TooLate

LIMITS_FIRST = _("Explain the limits of confidentiality first.")


@dataclass(frozen=True)
class Page:
    """A page of questions: its form, the answers there are, and how new ones are written down.

    `leads_to`: the URL name of the page on which somebody who answers "now" goes on.
    """

    form: type[Versioned]
    answers: Callable[[Known], dict[str, Any]]
    write: Callable[[Known, Mapping[str, Any], Acting], None]
    title: Promise
    leads_to: str = ""
    # What is written down already on the pages to which it leads, in words.
    lines: Callable[[Known], list[Line]] = lambda known: []


PAGES = {
    intake.CLIENT: Page(CorrectionForm, intake.client_answers, intake.write_client, _("What to call the person")),
    intake.LANGUAGE: Page(LanguageForm, intake.language_answers, intake.write_language, _("Language and interpreter")),
    intake.HAPPENED: Page(
        HappenedForm,
        intake.happened_answers,
        intake.write_left_open,
        _("What happened"),
        "cases:new_incident",
        incidents_in_words,
    ),
    intake.NEEDS: Page(
        NeedsForm,
        intake.needs_answers,
        intake.write_left_open,
        _("Immediate needs"),
        "cases:new_need",
        needs_in_words,
    ),
}


@for_permission(Permission.WORK_CASES)
@require_safe
def tasks(request: HttpRequest, reference: str) -> HttpResponse:
    """The tasks in any order, each with how far it is."""
    known = _opened(request, writable(request, reference))
    context = {"case": known.case, "lines": lines_of(known), "is_under_way": intake.is_under_way(known.case)}
    return render(request, "cases/intake/tasks.html", context)


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    """One page of the intake; nothing but the limits is asked before they are explained."""
    case = writable(request, reference)
    if slug == LIMITS:
        return _limits(request, case)
    if slug not in PAGES:
        raise Http404
    if case.intake_week is None:
        if request.method == "POST":
            raise TooLate([LIMITS_FIRST])
        return redirect("cases:intake", case.reference)
    return _questions(request, case, PAGES[slug])


@for_permission(Permission.WORK_CASES)
@require_safe
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything that was answered, in words, with a way to change it; and the step that ends the intake."""
    case = writable(request, reference)
    if case.intake_week is None:
        return redirect("cases:intake", case.reference)
    known = _opened(request, case)
    told, offer = sections(known), _last_step(known.case, request.user)
    context = {
        "case": known.case,
        "sections": told,
        "open": [section for section in told if section.is_open],
        "offer": offer,
        "refused": [(offer.step.label, offer.missing)] if offer else [],
        "is_under_way": intake.is_under_way(known.case),
    }
    return render(request, "cases/intake/check.html", context)


def _opened(request: HttpRequest, case: Case) -> Known:
    return Known(*open_case(request, case.reference, purpose=INTAKE))


def _back_to_tasks(case: Case) -> HttpResponse:
    return redirect("cases:intake", case.reference)


# --- The limits of confidentiality -----------------------------------------------------------------


def _limits(request: HttpRequest, case: Case) -> HttpResponse:
    known = _opened(request, case)
    form = bound(LimitsForm, request, initial={"in_tongue": known.ordinary.language})
    if request.method == "POST" and form.is_valid():
        try:
            known.case.begin_intake(by=request.acting, **form.cleaned_data)
        except TooLate:
            if not _explained(_opened(request, case), request.acting, form.cleaned_data):
                raise
        return _back_to_tasks(case)
    context = {
        "case": known.case,
        "explained": limits_in_words(known),
        "may_explain": known.limits is None and policies.may_lead(known.case, request.user),
    }
    return form_page(request, "cases/intake/limits.html", form, **context)


def _explained(known: Known, by: Acting, told: Mapping[str, str]) -> bool:
    """Whether this very thing was noted already by this person: the form was sent twice."""
    noted = known.limits
    return noted is not None and (noted.by, noted.in_tongue, noted.with_interpreter) == (
        str(by.user.pk),
        told["in_tongue"],
        told["with_interpreter"],
    )


# --- Pages of questions ----------------------------------------------------------------------------


def _questions(request: HttpRequest, case: Case, page: Page) -> HttpResponse:
    known = _opened(request, case)
    saved = page.answers(known)
    form = bound(page.form, request, initial={"version": intake.edition(saved), **saved})
    status = 0
    if request.method == "POST" and form.is_valid():
        answers = {name: form.cleaned_data[name] for name in saved}
        if NOW in answers.values():
            return redirect(f"{reverse(page.leads_to, args=[case.reference])}?{COMES_BACK}")
        if _saved(form, page, known, answers, request.acting):
            return _alike(request, case, answers.get("called")) or _back_to_tasks(case)
        status = 409
    context = {"case": known.case, "title": page.title, "lines": page.lines(known)}
    return form_page(request, "cases/intake/questions.html", form, status=status, **context)


def _alike(request: HttpRequest, case: Case, called: object) -> HttpResponse | None:
    """Lead to the cases with a name like the one just written, among those that the person sees."""
    if type(called) is not str or not called:
        return None
    found = alike_at_intake(case, called, request.acting)
    return redirect("cases:found", found.pk) if found else None


def _saved(form: Versioned, page: Page, known: Known, answers: dict[str, Any], by: Acting) -> bool:
    """Write the answers down, unless somebody has written others meanwhile: then both are shown."""
    with transaction.atomic():
        now = Known(intake.held(known.case), known.opened)
        saved = page.answers(now)
        if answers == saved:
            return True
        if form.is_stale(intake.edition(saved)):
            form.overtaken(saved, intake.edition(saved))
            return False
        page.write(now, answers, by)
    return True


# --- The end ---------------------------------------------------------------------------------------


def _last_step(case: Case, user: Any) -> Offer | None:
    """The step that ends the intake for this person: to finish it or, for who leads no cases, to hand it over."""
    offers = {offer.step.name: offer for offer in case.offers(user)}
    return offers.get("begin_assessment") or offers.get("hand_to_unit")
