"""Consents: the ledger of a case, a new answer for one agency, one answer, and its withdrawal."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases import policies
from cases.doors import CASEWORK, find_case, open_case
from cases.models import Case, Consent, ConsentState
from cases.tabs import tabs_of
from cases.views.frame import form_page, writable
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.front import say
from cellule.steps import TooLate
from cellule.vault.unlocked import OpenedOwner, TurnIsDue
from referrals.consents import (
    agencies_to_ask,
    circumstances_of,
    consent_lines,
    line_of,
    purpose_of,
    seen_under,
)
from referrals.forms.consents import AgencyForm, ConsentForm
from referrals.models import Agency, AgencyKind
from referrals.models.codes import RUNNING

WITHDRAW = Consent.step_called("retirer")

LIMITS_FIRST = gettext_lazy("Explain the limits of confidentiality first: begin the intake.")
NOTHING_TO_SEND_TO = gettext_lazy("Nothing can be sent to this agency now: nothing needs to be asked for it.")


@for_permission(Permission.WORK_CASES)
@require_safe
def consents(request: HttpRequest, reference: str) -> HttpResponse:
    """Every answer of the person, those that hold first, each with what runs under it."""
    case, opened = open_case(request, reference, purpose=CASEWORK)
    context = {
        "case": case,
        "tabs": tabs_of(case, request.user, "referrals:consents"),
        "lines": consent_lines(case, _story(case, opened, request.user)),
        "may_write": policies.may_write(case, request.user),
        "may_withdraw": policies.may_look(case, request.user),
    }
    return render(request, "referrals/consents.html", context)


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def new_consent(request: HttpRequest, reference: str) -> HttpResponse:
    """Read the text aloud, ask for each kind of data, and write the answer down; for no agency yet, choose one."""
    case = writable(request, reference)
    if case.intake_week is None:
        return _too_late(request, case, [LIMITS_FIRST])
    if "organisme" not in request.GET:
        form = AgencyForm(agencies=agencies_to_ask())
        return render(request, "referrals/consent_agency.html", {"case": case, "form": form})
    agency = _asked_for(request)
    if not agencies_to_ask().filter(pk=agency.pk).exists():
        return _too_late(request, case, [NOTHING_TO_SEND_TO])
    form, status = bound(ConsentForm, request), 0
    if request.method == "POST" and form.is_valid():
        try:
            return _record(request, case, agency, form)
        except TooLate as refusal:
            for reason in refusal.reasons:
                form.add_error(None, str(reason))
            status = 409
    context = {"case": case, "agency": agency, "is_government": agency.kind == AgencyKind.GOVERNMENT}
    return form_page(request, "referrals/consent_new.html", form, status=status, **context)


@for_permission(Permission.WORK_CASES)
@require_safe
def consent(request: HttpRequest, reference: str) -> HttpResponse:
    """One answer: what it allows and how it was given; once it has ended, what stopped and what had been seen."""
    found = _find(request, reference)
    case, opened = open_case(request, found.case.reference, purpose=CASEWORK)
    found.case = case
    running = found.referrals.filter(state__in=RUNNING).select_related("service").order_by("pk")
    line = line_of(found, _story(case, opened, request.user), list(running))
    has_ended = not line.is_active and found.state != ConsentState.REFUSED
    agency = Agency.objects.filter(organisation=found.recipient).first()
    context = {
        "case": case,
        "line": line,
        "consent": found,
        "purpose": purpose_of(line.story) if line.story else "",
        "circumstances": circumstances_of(line.story) if line.story else [],
        "has_ended": has_ended,
        "seen": seen_under(request, found) if has_ended else [],
        "may_withdraw": found.state == ConsentState.GIVEN and WITHDRAW.allowed(found, request.user),
        "again": _address(case, agency) if agency and policies.may_write(case, request.user) else "",
    }
    return render(request, "referrals/consent.html", context)


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """On the person's word: say what will stop, and stop it at once; nobody is asked for a reason or for leave."""
    found = _find(request, reference)
    if not WITHDRAW.allowed(found, request.user):
        raise PermissionDenied
    if request.method == "POST":
        try:
            found.withdraw(by=request.acting)
            say(request, _("Done: %(step)s.") % {"step": WITHDRAW.label})
        except TurnIsDue:
            # Nothing was withdrawn yet: the page that says so asks to send it once more.
            raise
        except TooLate:
            # The button was pressed twice, or a colleague was faster: it stands there as the person wanted it.
            found = _find(request, reference)
            if found.state in (ConsentState.SUPERSEDED, ConsentState.NARROWED):
                say(
                    request,
                    _("A newer answer has taken its place. If nothing may be told any more, withdraw that one."),
                )
                return redirect("referrals:consents", found.case.reference)
    if found.state == ConsentState.GIVEN:
        running = list(found.referrals.filter(state__in=RUNNING).select_related("agency", "service").order_by("pk"))
        return render(request, "referrals/consent_withdraw.html", {"consent": found, "running": running})
    return redirect("referrals:consent", found.reference)


def _find(request: HttpRequest, reference: str) -> Consent:
    """Give a consent that exists for this person, closed. Http404."""
    visible = Consent.objects.visible_to(request.user).select_related("case", "recipient")
    return get_object_or_404(visible, reference=reference)


def _address(case: Case, agency: Agency) -> str:
    """Where the person is asked for this agency."""
    return reverse("referrals:new_consent", args=[case.reference], query={"organisme": agency.reference})


def _story(case: Case, opened: OpenedOwner, user: Any) -> OpenedOwner | None:
    """What was opened, if the story is part of it."""
    return opened if policies.may_read(case, user) else None


def _asked_for(request: HttpRequest) -> Agency:
    """The agency that the address names. Http404."""
    agency = Agency.objects.visible_to(request.user).filter(reference=request.GET["organisme"]).first()
    if agency is None:
        raise Http404
    return agency


def _record(request: HttpRequest, case: Case, agency: Agency, form: ConsentForm) -> HttpResponse:
    opened = open_case(request, case.reference, purpose=CASEWORK)[1]
    kept = case.record_consent(
        by=request.acting,
        row_id=form.row_id,
        recipient=agency.organisation,
        answer=form.story(request.acting),
        ends_on=form.last_day,
        opened=opened,
        refused=form.is_refused,
    )
    if form.is_refused:
        say(request, _("Written down. Nothing is told to this agency, and the help goes on as before."))
    else:
        say(request, _("Written down. It can be withdrawn at any time."))
    return redirect("referrals:consent", kept.reference)


def _too_late(request: HttpRequest, case: Case, reasons: list[Any]) -> HttpResponse:
    return render(
        request,
        "cases/step_too_late.html",
        {"case": find_case(request, case.reference), "reasons": reasons},
        status=409,
    )
