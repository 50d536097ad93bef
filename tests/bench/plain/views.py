"""The page of a case and the saving of a note, as one writes them in Django; their templates are the house's own."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.languages import language_name
from cellule.forms import bound
from tests.bench.plain.codes import RiskLevel, State
from tests.bench.plain.forms import NoteForm
from tests.bench.plain.models import Case, Need, Note, SafeContact
from tests.bench.plain.referrals import tabs_of
from tests.bench.plain.steps import steps_of, steps_of_need
from tests.bench.plain.timeline import events_of, since_last_visit

KINDS = {
    "": gettext_lazy("Everything"),
    "incidents": gettext_lazy("Incidents"),
    "notes": gettext_lazy("Notes"),
    "risques": gettext_lazy("Risk"),
    "etapes": gettext_lazy("Steps"),
}


@require_safe
def case_page(request: HttpRequest, reference: str) -> HttpResponse:
    case = get_object_or_404(request.user.cases.select_related("lead"), reference=reference)
    events = since_last_visit(events_of(case), case, request.user)
    context = {
        "case": case,
        "tabs": tabs_of(case),
        "called": case.called,
        "opened_on": case.opened_at,
        "spoken": language_name(case.language),
        "interpreter": case.get_interpreter_display(),
        "risk": RiskLevel(case.risk) if case.risk else None,
        "risk_tone": {"": "", "none": "low", "some": "medium"}.get(case.risk, "high"),
        "works_on_it": True,
        "may_write": case.is_open,
        "steps": steps_of(case),
        "stages": _stages(case),
        "team": {"leads": [case.lead], "shares": [each.user for each in case.shares.select_related("user")]},
        "events": events,
        "is_empty": len(events) == 1,
        "contact": _contact(case),
        "needs": _needs(case),
        "news": sum(event.is_new for event in events),
        "kinds": _kinds(request, events),
        "by_day": False,
        "order": "?ordre=faits#chronologie",
    }
    return render(request, "cases/case.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_note(request: HttpRequest, reference: str) -> HttpResponse:
    case = get_object_or_404(request.user.cases, reference=reference)
    form = bound(NoteForm, request)
    if request.method == "POST" and form.is_valid():
        _add_note(case, request, form)
        return redirect("cases:case", case.reference)
    context = {
        "form": form,
        "case": case,
        "back": reverse("cases:case", args=[case.reference]),
        "title": _("Add a note"),
        "save": _("Save the note"),
    }
    return render(request, "cases/addition.html", context, status=422 if form.errors else 200)


def _stages(case: Case) -> list[tuple[Any, str]]:
    road = list(State)
    here = road.index(State(case.state))
    return [(state.label, ("done", "current", "to_come")[(at >= here) + (at > here)]) for at, state in enumerate(road)]


def _contact(case: Case) -> SimpleNamespace:
    row = SafeContact.objects.get(case=case)
    how = _("No way is safe") if row.none_possible else ""
    warning = _("Do not contact the person: no way is safe.") if row.none_possible else ""
    return SimpleNamespace(lines=[(_("How"), how)], warning=warning, has_details=bool(row.code_word))


def _needs(case: Case) -> SimpleNamespace:
    lines = [_need(need) for need in case.needs.order_by("-urgent", "recorded_at")]
    return SimpleNamespace(
        open=[line for line in lines if line.is_open], settled=[line for line in lines if not line.is_open]
    )


def _need(need: Need) -> SimpleNamespace:
    return SimpleNamespace(
        pk=need.pk,
        kind=need.get_kind_display(),
        words=need.words,
        urgent=need.urgent,
        is_open=need.is_open,
        state=_("Met"),
        recorded_on=need.recorded_at,
        steps=steps_of_need(need),
    )


def _kinds(request: HttpRequest, events: list) -> list[tuple]:
    there, new = {event.kind for event in events}, Counter(event.kind for event in events if event.is_new)
    return [
        (text, f"?voir={kind}#chronologie" if kind else f"{request.path}#chronologie", not kind, new[kind])
        for kind, text in KINDS.items()
        if not kind or kind in there
    ]


def _add_note(case: Case, request: HttpRequest, form: NoteForm) -> None:
    """Sent twice, it is added once, as in the house."""
    told = {"case": case, "body": form.cleaned_data["body"], "recorded_at": timezone.now(), "recorded_by": request.user}
    try:
        with transaction.atomic():
            Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
            Note(pk=form.row_id, **told).save(force_insert=True)
    except IntegrityError:
        if not Note.objects.filter(pk=form.row_id, case=case).exists():
            raise
