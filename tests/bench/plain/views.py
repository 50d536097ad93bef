"""The pages that are compared, as one writes them in Django; their templates are the house's own."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.boroughs import borough_name
from cases.incident_types import incident_type_name
from cases.languages import language_name
from cellule.forms import FuzzyDate, bound
from cellule.templatetags.typography import fuzzy_date, moment
from tests.bench.plain.forms import NoteForm
from tests.bench.plain.models import Case, Incident, Note

PAGE = 50


@dataclass(frozen=True)
class Line:
    case: Case
    opened_on: datetime
    language: Promise | str


@dataclass(frozen=True)
class Event:
    title: Promise | str
    when: str
    by: str
    recorded: str
    place: Promise | str
    text: str


@require_safe
def my_cases(request: HttpRequest) -> HttpResponse:
    found = list(request.user.cases.order_by("-opened_at")[: PAGE + 1])
    cases = found[:PAGE]
    context = {
        "lines": [Line(case, case.opened_at, language_name(case.language)) for case in cases],
        "newer": "",
        "older": f"?{urlencode({'apres': cases[-1].reference})}" if len(found) > PAGE else "",
    }
    return render(request, "cases/cases.html", context)


@require_safe
def case_page(request: HttpRequest, reference: str) -> HttpResponse:
    case = get_object_or_404(request.user.cases, reference=reference)
    rows = [*case.incidents.select_related("recorded_by"), *case.notes.select_related("recorded_by")]
    context = {
        "case": case,
        "opened_on": case.opened_at,
        "spoken": language_name(case.language),
        "interpreter": case.get_interpreter_display(),
        "events": [_event(row) for row in sorted(rows, key=lambda row: row.recorded_at, reverse=True)],
        "may_write": True,
    }
    return render(request, "cases/case.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_note(request: HttpRequest, reference: str) -> HttpResponse:
    case = get_object_or_404(request.user.cases, reference=reference)
    form = bound(NoteForm, request)
    if request.method == "POST" and form.is_valid():
        _add_note(case, request, form)
        return redirect("cases:case", case.reference)
    return render(request, "cases/new_note.html", {"form": form, "case": case}, status=422 if form.errors else 200)


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


def _event(row: Incident | Note) -> Event:
    by, recorded = row.recorded_by.name, moment(row.recorded_at)
    if isinstance(row, Note):
        return Event(_("Note"), _("Written: %(moment)s") % {"moment": recorded}, by, "", "", row.body)
    when = _("Happened: %(date)s") % {"date": fuzzy_date(FuzzyDate.from_json(row.happened))}
    return Event(incident_type_name(row.kind), when, by, recorded, borough_name(row.borough), row.narrative)
