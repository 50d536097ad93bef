"""Opening a case, and its page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases import policies
from cases.circle import circle_of
from cases.contact import contact_of
from cases.doors import CASEWORK, open_case
from cases.forms.inquiry import InquiryForm
from cases.models import Case
from cases.needs import needs_of
from cases.overview import frame_of, stages_of, steps_of, team_of, visit
from cases.own_name import flag_own_name
from cases.tabs import tabs_of
from cases.timeline import events_of, narrowed, since_last_visit, with_sources
from cases.views.asked import kinds, turned
from cases.views.emergencies import emergency_page
from cases.views.frame import form_page
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound


@for_permission(Permission.OPEN_INQUIRY)
@require_http_methods(["GET", "HEAD", "POST"])
def new_case(request: HttpRequest) -> HttpResponse:
    """Three questions, then the code to say aloud."""
    form = bound(InquiryForm, request)
    if request.method == "POST" and form.is_valid():
        answers = {name: form.cleaned_data[name] for name in ("channel", "language", "interpreter")}
        case = Case.open_inquiry(by=request.acting, row_id=form.row_id, **answers)
        return redirect("cases:case", case.reference)
    return form_page(request, "cases/new_case.html", form)


@for_permission(Permission.WORK_CASES)
@require_safe
def case_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The case on one page: how it stands, what to do, who is who, and what happened."""
    try:
        case, opened = open_case(request, reference, purpose=CASEWORK)
    except Http404:
        # Not theirs: unless it is open to them in an emergency, that page does not know it either.
        return emergency_page(request, reference)
    works_on_it = policies.may_read(case, request.user)
    events = with_sources(events_of(case, opened, with_story=works_on_it), request, case)
    events = since_last_visit(events, visit(case, request.user, len(events)), request.user.pk)
    kind, by_day = request.GET.get("voir", ""), request.GET.get("ordre") == "faits"
    frame = frame_of(case, opened)
    flag_own_name(request.acting, case, [frame["called"]])
    context = {
        **frame,
        "tabs": tabs_of(case, request.user, "cases:case"),
        "works_on_it": works_on_it,
        "may_write": policies.may_write(case, request.user),
        "steps": steps_of(case, request.user),
        "stages": stages_of(case, {event.stage for event in events}),
        "circle": circle_of(case, opened, request.acting.vault),
        "team": team_of(case, request.user),
        "events": narrowed(events, kind, by_day_of_event=by_day),
        "is_empty": len(events) == 1,
        "contact": contact_of(case, opened) if works_on_it else None,
        "has_broken_file": case.files.filter(is_broken=True).exists(),
        "needs": needs_of(case, opened, request.user) if works_on_it else None,
        "news": sum(event.is_new for event in events),
        "kinds": kinds(request, events, kind),
        "by_day": by_day,
        "order": turned(request, by_day=by_day),
    }
    return render(request, "cases/case.html", context)
