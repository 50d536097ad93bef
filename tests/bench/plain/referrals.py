"""The referrals of a case in short, and a referral as its agency sees it, as one writes them in Django."""

from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from cellule.templatetags.typography import moment
from tests.bench.plain.models import Case, Referral

ROAD = {
    "sent": gettext_lazy("Sent"),
    "viewed": gettext_lazy("Seen"),
    "accepted": gettext_lazy("Accepted"),
    "in_service": gettext_lazy("In service"),
    "completed": pgettext_lazy("referral", "Done"),
}
# What an agency may do in the midst of a service: label, part of its address; each asks something first.
STEPS = (
    (gettext_lazy("Put on hold"), "suspendre"),
    (gettext_lazy("The service is done"), "terminer"),
    (gettext_lazy("The service cannot be given"), "non-rendu"),
)


@require_safe
def panel(request: HttpRequest, reference: str) -> HttpResponse:
    case = get_object_or_404(request.user.cases, reference=reference)
    lines = [SimpleNamespace(referral=each) for each in case.referrals.select_related("service__agency")]
    context = {"case": case, "lines": lines, "left_to_do": [], "may_refer": case.is_open}
    return render(request, "referrals/panel.html", context)


@require_safe
def referral(request: HttpRequest, reference: str) -> HttpResponse:
    theirs = Referral.objects.filter(service__agency=request.user.agency)
    found = get_object_or_404(theirs.select_related("service"), reference=reference)
    messages = [
        (moment(row.recorded_at), _by(row), row.words) for row in found.messages.select_related("recorded_by__agency")
    ]
    moves = [
        SimpleNamespace(what=row.title, at=row.recorded_at, by=_by(row))
        for row in found.events.select_related("recorded_by__agency")
    ]
    says = _("It is your move: when the service is over, say what came of it.")
    request.user.notices.filter(reference=found.reference, read_on=None).update(read_on=timezone.localdate())
    context = {
        "referral": found,
        "parcel": SimpleNamespace(stages=_stages(found.state), says=says, moves=moves),
        "envelope": found.envelope,
        "agreed": found.agreed,
        "answer": found.answer,
        "steps": [(text, reverse("referrals:step", args=[found.reference, slug]), True, False) for text, slug in STEPS],
        "refused": [],
        "may_write": True,
        "messages_written": messages,
    }
    return render(request, "referrals/referral.html", context)


def tabs_of(case: Case) -> list[tuple[Any, str, bool, int]]:
    """The parts of a case, of which its page is the first."""
    parts = {
        "cases:case": _("The case"),
        "cases:people": _("People"),
        "referrals:consents": _("Consents"),
        "referrals:of_case": _("Referrals"),
    }
    return [(text, reverse(name, args=[case.reference]), name == "cases:case", 0) for name, text in parts.items()]


def _stages(state: str) -> list[tuple[Any, str]]:
    here = list(ROAD).index(state)
    return [(text, ("done", "current", "to_come")[(at >= here) + (at > here)]) for at, text in enumerate(ROAD.values())]


def _by(row: Any) -> str:
    return row.recorded_by.name if row.recorded_by.agency_id else _("The unit")
