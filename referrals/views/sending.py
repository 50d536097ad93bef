"""Sending a referral: pick a service, say what is needed and what goes along, see what the agency will see, send.

Between the pages nothing of it is kept: what was typed travels in the forms, and is sealed at the sending.
"""

import uuid

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.doors import CASEWORK, find_case, open_case, open_list
from cases.models import Case, Category, Person
from cases.views.frame import form_page
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.forms.unknown import from_json, shown
from cellule.front import say
from cellule.steps import TooLate
from referrals import doors, policies
from referrals.composing import Ground, gather, ground_of
from referrals.directory import asked, facets, offered, page_of
from referrals.forms.directory import SearchForm
from referrals.forms.sending import CaseForm, ComposeForm
from referrals.models import Referral, Service
from referrals.models.codes import ReferralState
from referrals.preview import preview_of
from referrals.views.directory import languages_in_words, needs_in_words
from referrals.views.of_case import may_refer

# A press of the button that leads back from the preview to what was typed.
CHANGE = "modifier"


@for_permission(Permission.LEAD_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, reference: str) -> HttpResponse:
    """The services that something can be sent to now, at first those for the case's needs.

    Searched by POST: what a person needs stands in no address.
    """
    case = _sendable(request, reference)
    questions = tuple(facet for facet in facets() if facet.name != "agreement")
    current = asked(questions, request.POST if request.method == "POST" else _needed(request, case))
    services = offered(Service.objects.visible_to(request.user), timezone.localdate())
    page = page_of(current.narrow(services.filter(agreed=True, agency__organisation__isnull=False)))
    context = {
        "case": case,
        "form": SearchForm(current),
        "lines": [(service, needs_in_words(service), languages_in_words(service)) for service in page.services],
        "has_more": bool(page.older),
        "chosen": [text for text, _address in current.words],
    }
    return render(request, "referrals/compose_service.html", context)


@for_permission(Permission.LEAD_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, reference: str) -> HttpResponse:
    """From the sheet of a service: for which case; then a draft, or the one that lies there already."""
    services = Service.objects.visible_to(request.user).select_related("agency").defer("search")
    service = get_object_or_404(services, reference=reference)
    found = Case.objects.worked_by(request.user).open().telling_grants_of(request.user).newest_first()
    named = [case for case in found if may_refer(case, request.user)]
    form = bound(CaseForm, request, cases=_named(request, named) if request.method != "POST" else _coded(named))
    if request.method == "POST" and form.is_valid():
        case = next(case for case in named if case.reference == form.cleaned_data["case"])
        return redirect("referrals:compose", _begun(request, case, service).reference)
    return form_page(request, "referrals/compose_case.html", form, service=service, has_cases=bool(named))


@for_permission(Permission.LEAD_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what is needed and what goes along; without a consent of the person the way leads there first."""
    referral = _draft(request, reference)
    if referral.state != ReferralState.DRAFT:
        return redirect("referrals:referral", referral.reference)
    ground = _ground(request, referral)
    if (refusal := _not_yet(request, referral, ground)) is not None:
        return refusal
    form = bound(ComposeForm, request, ground=ground)
    if request.method == "POST" and form.is_valid():
        return _preview(request, referral, form, ground)
    return _form(request, referral, form, ground)


@for_permission(Permission.LEAD_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, reference: str) -> HttpResponse:
    """What the agency will see, before and after it accepts. By its address alone there is nothing to preview yet."""
    referral = _draft(request, reference)
    if referral.state != ReferralState.DRAFT:
        return redirect("referrals:referral", referral.reference)
    if request.method != "POST" and not hasattr(request, "resumed"):
        return redirect("referrals:compose", referral.reference)
    ground = _ground(request, referral)
    if (refusal := _not_yet(request, referral, ground)) is not None:
        return refusal
    form = bound(ComposeForm, request, ground=ground)
    if request.method != "POST" or not form.is_valid() or CHANGE in request.POST:
        return _form(request, referral, form, ground)
    return _send(request, referral, form, ground)


def _send(request: HttpRequest, referral: Referral, form: ComposeForm, ground: Ground) -> HttpResponse:
    gathered = gather(request, referral, form.choice)
    consent = referral.case.active_consent(referral.agency.organisation, timezone.localdate())
    try:
        if consent is not None and referral.consent_id != consent.pk:
            referral.rest_on(consent, by=request.acting)
        referral.send(by=request.acting, sending=gathered.sending, opened=gathered.opened)
    except TooLate as refusal:
        if doors.find_referral(request, referral.reference).state != ReferralState.DRAFT:
            return redirect("referrals:referral", referral.reference)
        for reason in refusal.reasons or [_("The consent has changed. Look again at what goes along.")]:
            form.add_error(None, str(reason))
        return _form(request, referral, form, ground, status=409)
    say(request, _("The referral has been sent. You hear of the answer here."))
    return redirect("referrals:referral", referral.reference)


def _sendable(request: HttpRequest, reference: str) -> Case:
    """The case for which this person may begin a referral. Http404, PermissionDenied."""
    case = find_case(request, reference)
    if not may_refer(case, request.user):
        raise PermissionDenied
    return case


def _draft(request: HttpRequest, reference: str) -> Referral:
    """The referral that this person may prepare. Http404, PermissionDenied."""
    referral = doors.find_referral(request, reference)
    if not policies.may_send(referral, request.user):
        raise PermissionDenied
    return referral


def _ground(request: HttpRequest, referral: Referral) -> Ground:
    opened = open_case(request, referral.case.reference, purpose=CASEWORK)[1]
    return ground_of(referral, opened)


def _not_yet(request: HttpRequest, referral: Referral, ground: Ground) -> HttpResponse | None:
    """Say what is still missing before anything can be sent, with the way to the consent; None when nothing is."""
    resting = Referral(case=referral.case, agency=referral.agency, service=referral.service, consent=ground.consent)
    missing = list(Referral.step_called("envoyer").missing(resting, request.user))
    if ground.story is not None and Category.NEEDS not in ground.story.kinds:
        missing.append(_("The person has not agreed that this agency is told what they need."))
    if not missing:
        return None
    context = {
        "referral": referral,
        "case": referral.case,
        "missing": missing,
        "has_consent": ground.consent is not None,
        "consent": consent_address(referral),
    }
    return render(request, "referrals/compose_not_yet.html", context)


def consent_address(referral: Referral) -> str:
    """Where the person's answer for this agency is written down."""
    asked_for = urlencode({"organisme": referral.agency.reference})
    return f"{reverse('referrals:new_consent', args=[referral.case.reference])}?{asked_for}"


def _form(
    request: HttpRequest, referral: Referral, form: ComposeForm, ground: Ground, *, status: int = 0
) -> HttpResponse:
    context = {"referral": referral, "case": referral.case, "ground": ground}
    return form_page(request, "referrals/compose.html", form, status=status, **context)


def _preview(request: HttpRequest, referral: Referral, form: ComposeForm, ground: Ground) -> HttpResponse:
    gathered = gather(request, referral, form.choice)
    context = {
        "referral": referral,
        "case": referral.case,
        "kept": form.kept,
        "change": CHANGE,
        **preview_of(gathered.sending, ground),
    }
    return render(request, "referrals/preview.html", context)


def _begun(request: HttpRequest, case: Case, service: Service) -> Referral:
    """The draft for this case and service; pressed twice, it is the same one."""
    mine = Referral.objects.filter(case=case, service=service)
    if lying_there := mine.filter(state=ReferralState.DRAFT).first():
        return lying_there
    row_id = uuid.uuid5(service.pk, f"{case.pk} {mine.count()}")
    try:
        return Referral.begin(by=request.acting, row_id=row_id, case=case, service=service)
    except IntegrityError:
        # Begun at the same moment in another window.
        return mine.get(pk=row_id)


def _named(request: HttpRequest, cases: list[Case]) -> list[tuple[str, str]]:
    """Cases to choose from, by their code and what the person is called, opened as a list."""
    if not cases:
        return []
    opened = open_list(request, cases)
    called = {
        row.case_id: shown(from_json(opened[row.case_id].read(row, "ordinary").called))
        for row in Person.objects.filter(case__in=cases, is_client=True)
    }
    return [(case.reference, " – ".join(filter(None, [case.code, called.get(case.pk, "")]))) for case in cases]


def _coded(cases: list[Case]) -> list[tuple[str, str]]:
    return [(case.reference, case.code) for case in cases]


def _needed(request: HttpRequest, case: Case) -> QueryDict:
    """The first open need of the case, as the search takes it."""
    opened = open_case(request, case.reference, purpose=CASEWORK)[1]
    needs = [opened.read(need, "story") for need in case.needs.filter(state="open").order_by("-urgent")]
    given = QueryDict(mutable=True)
    if needs:
        given["besoin"] = needs[0].kind
    return given
