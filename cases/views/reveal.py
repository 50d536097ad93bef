"""What lies apart, revealed for a reason: who somebody is on paper, how they are reached, the story of a case.

A page asks for the reason; what it answers to a POST holds the value itself, is kept by no browser, and leads back to
the question when its time is over. Loaded by its address it is the question again.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases import doors, policies
from cases.contact import details_in_words, is_safe_now, rules_in_words, warning
from cases.forms.people import IdentityForm
from cases.forms.reveal import ContactReasonForm, IdentityReasonForm, StoryReasonForm
from cases.models import Case, SafeContact
from cases.own_name import flag_own_name
from cases.people import Profile
from cases.timeline import events_of
from cases.views.frame import form_page, shown_for
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import FuzzyDate, bound
from cellule.forms.unknown import shown
from cellule.front import reseal

# A story is long: nobody reads it in the minute that a name or a number takes.
STORY_SECONDS = 600
# Under this purpose the log tells that the rules were read before the question was asked, not the number.
RULES_FIRST = "contact_rules"


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest, reference: str, person_reference: str) -> HttpResponse:
    """Who somebody is on paper. The question opens nothing, so it names the person by their code only."""
    case = _revealable(request, reference)
    person = get_object_or_404(case.people, reference=person_reference)
    context = {"case": case, "person": person, "may_write": policies.may_write(case, request.user)}
    if person.identity is None:
        return render(request, "cases/reveal/no_identity.html", context)
    form = bound(IdentityReasonForm, request)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "cases/reveal/ask_identity.html", form, **context)
    opened = doors.reveal_identity(request, case, person, **form.told_reason)
    written, fields = opened.read(person, "identity"), IdentityForm.base_fields
    flag_own_name(request.acting, case, [written.legal_name, written.original_script])
    context |= {
        "profile": Profile(person, opened.read(person, "ordinary")),
        "written": written,
        "born": shown(written.born and FuzzyDate.from_json(written.born)),
        "seen": shown(written.seen, fields["seen"]),
    }
    address = reverse("cases:reveal_identity", args=[case.reference, person.reference])
    return reseal(render(request, "cases/reveal/identity.html", context), address, shown_for(case))


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, reference: str) -> HttpResponse:
    """How the person is reached. Outside the times that are known to be safe the reason needs words."""
    case = _revealable(request, reference)
    row = SafeContact.objects.filter(case=case).first()
    context = {"case": case, "may_write": policies.may_write(case, request.user)}
    if row is None or row.contact is None:
        return render(request, "cases/reveal/no_contact.html", context)
    context |= _before_contact(request, row) if policies.may_read(case, request.user) else _NOTHING_KNOWN
    form = bound(ContactReasonForm, request, must_explain=context["is_safe"] is not True)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "cases/reveal/ask_contact.html", form, **context)
    opened = doors.reveal_contact(request, case, **form.told_reason)
    rules = opened.read(row, "story")
    context |= {
        "is_safe": is_safe_now(rules, timezone.now()),
        "warning": warning(rules),
        "rules": rules_in_words(rules),
        "details": details_in_words(opened.read(row, "contact")),
    }
    address = reverse("cases:reveal_contact", args=[case.reference])
    return reseal(render(request, "cases/reveal/contact.html", context), address, shown_for(case))


# Who does not work on the case reads the rules with the number, not before.
_NOTHING_KNOWN = {"is_safe": None, "warning": "", "rules": [], "tells_rules": False}


def _before_contact(request: HttpRequest, row: SafeContact) -> dict[str, Any]:
    """What to know before the number is asked for."""
    opened = doors.open_case(request, row.case.reference, purpose=RULES_FIRST)[1]
    rules = opened.read(row, "story")
    return {
        "is_safe": is_safe_now(rules, timezone.now()),
        "warning": warning(rules),
        "rules": rules_in_words(rules),
        "tells_rules": True,
    }


def _revealable(request: HttpRequest, reference: str) -> Case:
    """The case of which something is revealed; also in an emergency, once a second person has agreed to it."""
    case = doors.find_case(request, reference, in_emergency=True)
    if not policies.may_reveal(case, request.user):
        raise PermissionDenied
    return case


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def story(request: HttpRequest, reference: str) -> HttpResponse:
    """What happened, for who supervises; who works on the case reads it on its page."""
    case = doors.find_case(request, reference)
    if policies.may_read(case, request.user):
        return redirect("cases:case", case.reference)
    form = bound(StoryReasonForm, request)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "cases/reveal/ask_story.html", form, case=case)
    case, opened = doors.open_story(request, reference, **form.told_reason)
    context = {"case": case, "events": events_of(case, opened), "seconds": STORY_SECONDS}
    address = reverse("cases:reveal_story", args=[case.reference])
    return reseal(render(request, "cases/reveal/story.html", context), address, STORY_SECONDS)
