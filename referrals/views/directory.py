"""The directory: the list of services with its search, and the sheet of a service or an agency.

It is public matter, so nobody's look at it is logged as the reading of a case.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from cases.boroughs import borough_name
from cases.languages import language_name
from cases.models.codes import NeedKind
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from referrals import policies
from referrals.directory import asked, facets, offered, page_of
from referrals.forms.directory import SearchForm
from referrals.models import Agency, Agreement, Service


@for_permission(Permission.WORK_CASES)
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Services by name, narrowed by what the person needs."""
    today = timezone.localdate()
    current = asked(facets(), request.GET)
    found = current.narrow(offered(Service.objects.visible_to(request.user), today))
    page = page_of(found, after=request.GET.get("apres", ""), before=request.GET.get("avant", ""))
    context = {
        "lines": [(service, needs_in_words(service), languages_in_words(service)) for service in page.services],
        "newer": _further("avant", page.newer, current.query),
        "older": _further("apres", page.older, current.query),
        "form": SearchForm(current),
        "address": reverse("referrals:directory"),
        "chips": current.words,
    }
    return render(request, "referrals/directory.html", context)


@for_permission(Permission.WORK_CASES)
@require_safe
def sheet(request: HttpRequest, reference: str) -> HttpResponse:
    """What is known of a service, or of an agency with its services and agreements."""
    services = Service.objects.visible_to(request.user).select_related("agency").defer("search")
    if (service := services.filter(reference=reference).first()) is not None:
        return render(request, "referrals/service.html", _of_service(service, request.user))
    agencies = Agency.objects.visible_to(request.user).prefetch_related("agreements")
    agency = agencies.filter(reference=reference).first()
    if agency is None:
        raise Http404
    return render(request, "referrals/agency.html", _of_agency(agency, request.user))


def _of_service(service: Service, user: Any) -> dict[str, Any]:
    agreement = service.agency.agreement_in_force(timezone.localdate())
    may_refer = bool(agreement) and service.is_open_to_referrals and user.has_perm(Permission.LEAD_CASES)
    return {
        "service": service,
        "agency": service.agency,
        "agreement": agreement,
        "begin": reverse("referrals:begin", args=[service.reference]) if may_refer else "",
        "needs": needs_in_words(service),
        "languages": languages_in_words(service),
        "sectors": [borough_name(code) for code in service.sectors],
        "hours": [(None, each) if isinstance(each, str) else (each, "") for each in service.open_hours],
    }


def _of_agency(agency: Agency, user: Any) -> dict[str, Any]:
    today, may_agree = timezone.localdate(), policies.may_agree(agency, user)
    # The latest first; they were fetched with the agency.
    agreements = sorted(agency.agreements.all(), key=lambda agreement: agreement.starts_on, reverse=True)
    return {
        "agency": agency,
        "services": list(agency.services.active().by_name().defer("search", "words")),
        "agreements": [_line(agreement, agency, user) for agreement in agreements],
        "in_force": any(agreement.is_in_force(today) for agreement in agreements),
        "connect": reverse("referrals:connect", args=[agency.reference]) if may_agree else "",
        "new_agreement": reverse("referrals:new_agreement", args=[agency.reference]) if may_agree else "",
    }


def _line(agreement: Agreement, agency: Agency, user: Any) -> dict[str, Any]:
    """One agreement, with the steps that this person may take and why others are not possible now."""
    # Its conditions look at the agency: this is the same one.
    agreement.agency = agency
    offers = agreement.offers(user)
    return {
        "agreement": agreement,
        "steps": [
            (
                offer.step.label,
                reverse("referrals:agreement_step", args=[agency.reference, agreement.pk, offer.step.slug]),
            )
            for offer in offers
            if not offer.missing
        ],
        "refused": [(offer.step.label, list(offer.missing)) for offer in offers if offer.missing],
    }


def needs_in_words(service: Service) -> list[Any]:
    """What a service helps with; a code that is not known any more is left out."""
    return [NeedKind(code).label for code in service.categories if code in NeedKind.values]


def languages_in_words(service: Service) -> list[Any]:
    return [language_name(code) for code in service.languages]


def _further(way: str, reference: str, query: str) -> str:
    return f"?{'&'.join(filter(None, [query, urlencode({way: reference})]))}" if reference else ""
