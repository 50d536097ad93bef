"""The unit's side of referrals: the panel on the page of a case, the page of all of them, and the page of one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from cases import policies as cases
from cases.doors import find_case
from cases.models import Case
from cases.tabs import tabs_of
from cellule.accounts.doors import for_permission
from cellule.accounts.models import User
from cellule.accounts.roles import Permission
from cellule.steps import Offer
from referrals import doors, policies
from referrals.agreed import kinds_in_words
from referrals.contents import envelope_in_words
from referrals.models import Referral
from referrals.models.codes import RUNNING, Urgency
from referrals.models.codes import ReferralState as S
from referrals.panel import answer_in_words, lines_of
from referrals.parcel import UNIT, asks_something, messages_of, names_in, parcel_of, traces_of

# These open a page of their own, which asks or warns first; sending has the preview.
_ASKS = {"recall", "mark_error", "end_access"}
_ELSEWHERE = {"send"}


@for_permission(Permission.WORK_CASES)
@require_safe
def panel(request: HttpRequest, reference: str) -> HttpResponse:
    """The referrals of a case in short, as a part of its page."""
    case = find_case(request, reference)
    return render(request, "referrals/panel.html", _of_case(request, case))


@for_permission(Permission.WORK_CASES)
@require_safe
def of_case(request: HttpRequest, reference: str) -> HttpResponse:
    """The referrals of a case, each with its parcel line."""
    case = find_case(request, reference)
    context = {**_of_case(request, case), "tabs": tabs_of(case, request.user, "referrals:of_case")}
    return render(request, "referrals/of_case.html", context)


def unit_page(request: HttpRequest, referral: Referral) -> HttpResponse:
    """One referral as the unit sees it: how far it is, what was sent, what was answered, and what the agency has read.

    Who works on the case sees what was agreed to be shared; who only supervises, the envelope. Http404,
    PermissionDenied.
    """
    works_on_it = cases.may_read(referral.case, request.user)
    if referral.state == S.DRAFT and policies.may_send(referral, request.user):
        return redirect("referrals:compose", referral.reference)
    opened = (doors.open_agreed if works_on_it else doors.open_envelope)(request, referral)
    with doors.telling_forgeries(request, referral):
        traces = traces_of(referral, opened)
        envelope, answer = opened.read(referral, "envelope"), opened.read(referral, "answer")
        agreed = opened.read(referral, "agreed") if works_on_it else None
        messages = messages_of(referral, opened)
    names = names_in([*traces, *messages], UNIT)
    context = {
        "referral": referral,
        "case": referral.case,
        "parcel": parcel_of(referral, traces, side=UNIT, names=names, asks=asks_something(messages)),
        "envelope": envelope_in_words(envelope) if envelope else [],
        "told": kinds_in_words(agreed) if agreed else [],
        "works_on_it": works_on_it,
        "answer": answer_in_words(answer),
        "answer_words": answer.words if answer else "",
        "messages_told": [(words, names.get(words.by, "")) for words in messages],
        "may_write_message": policies.may_send(referral, request.user) and referral.state in RUNNING,
        "steps": _steps(referral, request.user),
        "may_refer": may_refer(referral.case, request.user),
        "is_urgent": referral.urgency == Urgency.URGENT,
        "is_stopped": referral.state in (S.RECALLED, S.ENTERED_IN_ERROR),
    }
    return render(request, "referrals/of_case_one.html", context)


def _of_case(request: HttpRequest, case: Case) -> dict[str, Any]:
    lines = lines_of(request, case)
    return {
        "case": case,
        "lines": lines,
        "left_to_do": [line for line in lines if line.is_left_to_do],
        "may_refer": may_refer(case, request.user),
    }


def may_refer(case: Case, user: User) -> bool:
    """Whether this person may begin a referral for the case."""
    return policies.may_send(Referral(case=case), user)


def _steps(referral: Referral, user: User) -> list[tuple[Promise, str, bool]]:
    """The steps that this person may take now; what was dealt with already, or has ended, nobody misses."""
    offers = [offer for offer in referral.offers(user) if offer.step.name not in _ELSEWHERE]
    return [_button(referral, offer) for offer in offers if not offer.missing]


def _button(referral: Referral, offer: Offer) -> tuple[Promise, str, bool]:
    address = reverse("referrals:step", args=[referral.reference, offer.step.slug])
    return offer.step.label, address, offer.step.name in _ASKS
