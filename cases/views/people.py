"""People of a case: everybody, one more, what is known of them, and who they are on paper."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases import policies
from cases.doors import CASEWORK, open_case
from cases.forms.people import CorrectionForm, IdentityForm, PersonForm
from cases.models import PersonOrdinary
from cases.own_name import flag_own_name
from cases.people import People, Profile, answers_of
from cases.tabs import tabs_of
from cases.views.frame import form_page, writable
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.steps import Stale


@for_permission(Permission.WORK_CASES)
@require_safe
def people(request: HttpRequest, reference: str) -> HttpResponse:
    """Everybody who plays a part in the case; in which roles, for who works on it."""
    case, opened = open_case(request, reference, purpose=CASEWORK)
    tells_parts = policies.may_read(case, request.user)
    people_of_case = People(case, opened)
    flag_own_name(request.acting, case, [profile.name for profile in people_of_case.profiles])
    context = {
        "case": case,
        "tabs": tabs_of(case, request.user, "cases:people"),
        "people": people_of_case.with_their_parts(tells_parts=tells_parts),
        "tells_parts": tells_parts,
        "may_write": policies.may_write(case, request.user),
    }
    return render(request, "cases/people/people.html", context)


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: HttpRequest, reference: str) -> HttpResponse:
    """Somebody else who plays a part, by any name or none."""
    case = writable(request, reference)
    form = bound(PersonForm, request)
    if request.method == "POST" and form.is_valid():
        case.add_person(by=request.acting, row_id=form.row_id, known=PersonOrdinary(**form.answers))
        return redirect("cases:people", case.reference)
    return form_page(request, "cases/people/new_person.html", form, case=case)


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, reference: str, person_reference: str) -> HttpResponse:
    """Correct what is known of somebody; who was overtaken sees both texts."""
    case = writable(request, reference)
    row = get_object_or_404(case.people, reference=person_reference)
    opened = open_case(request, reference, purpose=CASEWORK)[1]
    known, status = opened.read(row, "ordinary"), 0
    form = bound(CorrectionForm, request, initial={"version": row.version, **answers_of(known)})
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            case.correct_person(row, by=request.acting, known=replace(known, **form.answers), version=version)
        except Stale:
            row = case.people.get(pk=row.pk)
            form.overtaken(answers_of(opened.read(row, "ordinary")), row.version)
            status = 409
        # The same answers, sent twice: they stand there already.
        if not status or not form.theirs:
            return redirect("cases:people", case.reference)
    return form_page(request, "cases/people/person.html", form, status=status, case=case, person=row)


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest, reference: str, person_reference: str) -> HttpResponse:
    """Write down who somebody is on paper instead of what was written, or take that away; the page shows none of it."""
    case = writable(request, reference)
    row = get_object_or_404(case.people, reference=person_reference)
    initial, has_identity, status = {"version": row.version}, row.identity is not None, 0
    form = bound(IdentityForm, request, initial=initial, has_identity=has_identity)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            case.write_identity(row, by=request.acting, identity=form.identity, version=version)
            return redirect("cases:people", case.reference)
        except Stale:
            row = case.people.get(pk=row.pk)
            if form.identity is None and row.identity is None:
                # Taken away twice: nothing stands there already.
                return redirect("cases:people", case.reference)
            # What was saved meanwhile stays sealed: it is revealed with a reason, never beside a form.
            form.overtaken({}, row.version)
            status = 409
    # Under the name by which the person is known here, so that nobody writes it down for somebody else.
    opened = open_case(request, reference, purpose=CASEWORK)[1]
    profile = Profile(row, opened.read(row, "ordinary"))
    return form_page(request, "cases/people/identity.html", form, status=status, case=case, profile=profile)
