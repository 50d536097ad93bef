"""Opening a case that is not one's own when it cannot wait: asking, the case itself, and the answers of others."""

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.log.record import record_read
from cases import doors, policies
from cases.actions import EMERGENCY_SHOWN
from cases.contact import contact_of
from cases.forms.emergency import EmergencyForm
from cases.models import BreakGlass, Case, GlassState
from cases.models.glass_limit import TooMany
from cases.needs import needs_of
from cases.overview import frame_of
from cases.own_name import flag_own_name
from cases.people import People
from cases.timeline import events_of
from cases.views.frame import form_page, while_open
from cellule.accounts.doors import for_permission
from cellule.accounts.models import User
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.front import say
from cellule.steps import Step, TooLate

# Their asker takes them on no page of their own: one is taken with the request, the others are the house's or a review's.
_BUTTONS = ("ask_secret", "agree", "refuse", "take_up", "turn_down", "end")
# As long as nobody has taken care of it, a circle's case, a destroyed one and none at all look the same.
_OPENED_NOTHING = (GlassState.REQUESTED, GlassState.TURNED_DOWN, GlassState.EXPIRED, GlassState.UNDER_REVIEW)


@for_permission(Permission.BREAK_GLASS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_emergency(request: HttpRequest) -> HttpResponse:
    """Ask for a case by its reference: one of the unit opens at once, for any other the answer is the same."""
    form, status = bound(EmergencyForm, request), 0
    if request.method == "POST" and form.is_valid():
        asked_for = form.cleaned_data["reference"]
        if Case.objects.visible_to(request.user).filter(reference=asked_for).exists():
            say(request, _("This case is open to you without an emergency access."))
            return redirect("cases:case", asked_for)
        try:
            emergency = BreakGlass.ask(by=request.acting, **form.answers)
        except TooLate as refusal:
            for reason in refusal.reasons:
                form.add_error(None, str(reason))
            # What is too much has an entry of its own, which names the case; any other refusal gets one on its way out.
            status = 429 if isinstance(refusal, TooMany) else 409
        else:
            return redirect(*_where_it_leads(emergency))
    return form_page(request, "cases/emergency/new.html", form, status=status)


@for_permission(Permission.WORK_CASES)
@require_safe
def emergency(request: HttpRequest, reference: str) -> HttpResponse:
    """How one request stands: for whoever asked, for a second person, and for the people of a circle."""
    asked = get_object_or_404(BreakGlass.objects.visible_to(request.user), reference=reference)
    record_read(EMERGENCY_SHOWN, by=request.acting.actor, shown=[asked.reference], **asked.told(request.acting))
    is_asker, is_open = asked.asker == request.user.pk, asked.is_in_force
    opens_to_asker = BreakGlass.objects.opening_to(request.user).filter(pk=asked.pk).exists()
    offers = [offer for offer in asked.offers(request.user) if offer.step.name in _BUTTONS and not offer.missing]
    context = {
        "asked": asked,
        "asker": get_user_model()._default_manager.filter(pk=asked.asker).values_list("name", flat=True).first(),
        "is_asker": is_asker,
        "is_open": is_open,
        "opens_to_asker": opens_to_asker,
        "opens_no_more": is_asker and is_open and not opens_to_asker,
        "opened_nothing": is_asker and not asked.has_begun and asked.state in _OPENED_NOTHING,
        "is_judged": asked.state in (GlassState.JUSTIFIED, GlassState.UNJUSTIFIED),
        "is_of_circle": not is_asker and asked.state == GlassState.REQUESTED,
        "buttons": [
            (offer.step.label, reverse("cases:emergency_step", args=[reference, offer.step.slug])) for offer in offers
        ],
    }
    return render(request, "cases/emergency/emergency.html", context)


@for_permission(Permission.WORK_CASES)
@require_POST
def emergency_step(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    """Take a step of an emergency access: ask for the rest, agree, end, take care of it. Pressed twice, it is done once."""
    asked = get_object_or_404(BreakGlass.objects.visible_to(request.user), reference=reference)
    step = BreakGlass.step_called(slug)
    try:
        getattr(asked, step.name)(by=request.acting)
    except TooLate:
        if not _was_taken(BreakGlass.objects.get(pk=asked.pk), step, request.user):
            raise
    else:
        say(request, _("Done: %(step)s.") % {"step": step.label})
    return redirect("cases:emergency", asked.reference)


def emergency_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The case as an emergency access opens it, to read; Http404 where none does. It leaves the screen when it is over."""
    case, asked, opened = doors.open_emergency(request, reference)
    tells_secrets = asked.tells_secrets
    frame = frame_of(case, opened)
    flag_own_name(request.acting, case, [frame["called"]])
    context = {
        **frame,
        "tells_secrets": tells_secrets,
        "may_add_note": policies.may_add_note(case, request.user),
        "people": People(case, opened).profiles,
        "events": events_of(case, opened, with_story=tells_secrets),
        "contact": contact_of(case, opened) if tells_secrets else None,
        "needs": needs_of(case, opened, request.user) if tells_secrets else None,
        "has_broken_file": case.files.filter(is_broken=True).exists(),
        "leads": [lead.name for lead in case.leads()],
    }
    return while_open(render(request, "cases/emergency/case.html", context), case)


def _was_taken(asked: BreakGlass, step: Step, user: User) -> bool:
    """Whether this step was taken before: the button was pressed twice, or somebody else wanted the same."""
    taken = {
        "ask_secret": asked.secret_asked,
        "agree": asked.agreed_by == user.pk,
        # Nobody keeps who left it closed: what was wanted is so, whoever did it.
        "refuse": asked.has_begun and not asked.secret_asked,
        "end": asked.has_begun and asked.state != GlassState.ACTIVE,
        "take_up": asked.answered_by == user.pk and asked.is_taken_up,
        "turn_down": asked.answered_by == user.pk and not asked.is_taken_up,
    }
    return taken.get(step.name, False)


def _where_it_leads(emergency: BreakGlass) -> tuple[str, str]:
    """To the case where it is open now; else to what can be said of the request."""
    if emergency.is_in_force:
        return "cases:case", emergency.asked_for
    return "cases:emergency", emergency.reference
