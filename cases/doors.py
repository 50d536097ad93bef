"""The only ways to a case: from what exists for this person, and never to its content without a log entry."""

import uuid
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from cases import policies
from cases.actions import CASE_OPENED, CASES_LISTED
from cases.models import Case, CaseOrdinary
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import OpenedOwner

# Why content is opened, as the log keeps it; a code of ours, never what somebody typed.
CASEWORK = "casework"


def find_case(request: HttpRequest, reference: str) -> Case:
    """Give the case with this reference, content closed. Http404 alike for none, and for one that is not theirs."""
    visible = Case.objects.visible_to(request.user).telling_who_leads(request.user)
    case = next(iter(visible.filter(reference=reference)), None)
    if case is None:
        raise Http404
    return case


def open_case(request: HttpRequest, reference: str, *, purpose: str) -> tuple[Case, OpenedOwner]:
    """Open what is ordinary in a case and its story, after the entry that says so is committed.

    Outside a transaction. Http404, PermissionDenied, NotAMember, CannotOpen.
    """
    case = find_case(request, reference)
    if not policies.may_read(case, request.user):
        raise PermissionDenied
    opened = request.acting.vault.open_owner(
        case,
        [Compartment.ORDINARY, Compartment.STORY],
        action=CASE_OPENED,
        by=request.acting.actor,
        relation=case.relation_to(request.user),
        purpose=purpose,
    )
    return case, opened


def open_list(request: HttpRequest, cases: Sequence[Case]) -> dict[uuid.UUID, CaseOrdinary]:
    """Open what is ordinary in the cases of a list, under one entry that names them. Outside a transaction."""
    opened = request.acting.vault.open_owners(
        cases, [Compartment.ORDINARY], action=CASES_LISTED, by=request.acting.actor
    )
    return {case.pk: opened[case.pk].read(case, "ordinary") for case in cases}
