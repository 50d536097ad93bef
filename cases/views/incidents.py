"""One incident of a case: what happened, and who took part in it in which roles."""

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases import policies
from cases.boroughs import borough_name
from cases.doors import CASEWORK, open_case, open_to_read
from cases.forms.people import PartForm
from cases.incident_types import incident_type_name
from cases.models import Case, Incident, Participation, Person
from cases.people import People, Profile
from cases.views.frame import form_page, readable, while_open, writable
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.steps import Stale
from cellule.vault.unlocked import OpenedOwner


@for_permission(Permission.WORK_CASES)
@require_safe
def incident(request: HttpRequest, reference: str, incident_reference: str) -> HttpResponse:
    """What happened, when and where, and who took part; in an emergency too, once a second person has agreed."""
    # Asked before the incident is looked for, so that the refusal does not tell whether there is one.
    case = readable(request, reference)
    row = get_object_or_404(case.incidents, reference=incident_reference)
    opened = open_to_read(request, case)
    story, people = opened.read(row, "story"), People(case, opened)
    parts = people.parts_in(row)
    author = get_user_model()._default_manager.filter(pk=story.recorded_by).first()
    context = {
        "case": case,
        "incident": row,
        "story": story,
        "kind": incident_type_name(story.kind),
        "place": borough_name(story.borough),
        "author": author.name if author else "",
        "parts": parts,
        "others": people.without_part(parts),
        "may_write": policies.may_write(case, request.user),
    }
    return while_open(render(request, "cases/incident.html", context), case)


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, reference: str, incident_reference: str, person_reference: str) -> HttpResponse:
    """In which roles somebody took part in an incident; who was overtaken sees both texts."""
    case = writable(request, reference)
    row = get_object_or_404(case.incidents, reference=incident_reference)
    who = get_object_or_404(case.people, reference=person_reference)
    opened, status = open_case(request, reference, purpose=CASEWORK)[1], 0
    form = bound(PartForm, request, initial=_written(case, row, who, opened))
    if request.method == "POST" and form.is_valid():
        try:
            case.write_part(row, who, by=request.acting, part=form.part, version=form.cleaned_data["version"])
        except Stale:
            written = _written(case, row, who, opened)
            form.overtaken(written, written["version"])
            status = 409
        # The same answers, sent twice: they stand there already.
        if not status or not form.theirs:
            return redirect("cases:incident", case.reference, row.reference)
    context = {
        "case": case,
        "incident": row,
        "kind": incident_type_name(opened.read(row, "story").kind),
        "profile": Profile(who, opened.read(who, "ordinary")),
    }
    return form_page(request, "cases/people/part.html", form, status=status, **context)


def _written(case: Case, incident: Incident, person: Person, opened: OpenedOwner) -> dict[str, Any]:
    """The part as it is written, as the form takes it; version 0 when there is none yet."""
    row = Participation.objects.filter(case=case, incident=incident, person=person).first()
    if row is None:
        return {"version": 0}
    story = opened.read(row, "story")
    return {
        "version": row.version,
        "roles": list(story.roles),
        "relation": story.relation,
        "description": story.description,
    }
