"""The desk of the unit: cases that may be about one person, for who supervises."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cases.actions import DESK_SHOWN
from cases.doors import open_list
from cases.models import Case, Match, Pair
from cases.search.duplicates import compare, desk_of, waiting
from cases.search.lines import Line, lines_of
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.front import say
from cellule.steps import Offer
from cellule.vault.models.owner import Compartment

# So many pairs at once; when some are decided, the next ones come up.
AT_ONCE = 20


@dataclass(frozen=True)
class Shown:
    """One pair as the desk shows it."""

    match: Match
    pair: Pair
    newer: Line
    older: Line
    offers: list[Offer]


@for_permission(Permission.SUPERVISE_CASES)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The pairs on which nobody has decided."""
    owner = desk_of(request.acting)
    rows = list(Match.objects.visible_to(request.user).filter(desk=owner.pk).open().order_by("-recorded_week", "pk"))
    opened = request.acting.vault.open_owners(
        [owner], [Compartment.ORDINARY], action=DESK_SHOWN, by=request.acting.actor
    )
    pairs = [(row, opened[owner.pk].read(row, "pair")) for row in rows]
    context = {"pairs": _shown(request, pairs), "waiting": waiting(request.acting)}
    return render(request, "cases/search/desk.html", context)


@for_permission(Permission.SUPERVISE_CASES)
@require_POST
def compare_names(request: HttpRequest) -> HttpResponse:
    """Look for the people of new cards in all other cases."""
    found = compare(request.acting)
    if found:
        say(request, ngettext("%(found)d new pair.", "%(found)d new pairs.", found) % {"found": found})
    else:
        say(request, _("No new pair."))
    return redirect("cases:desk")


@for_permission(Permission.SUPERVISE_CASES)
@require_POST
def match_step(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    """Say what one found out about a pair."""
    match = get_object_or_404(Match.objects.visible_to(request.user), reference=reference)
    step = Match.step_called(slug)
    getattr(match, step.name)(by=request.acting)
    say(request, _("Done: %(step)s.") % {"step": step.label})
    return redirect("cases:desk")


def _shown(request: HttpRequest, pairs: list[tuple[Match, Pair]]) -> list[Shown]:
    """The pairs of which this person sees both cases: one in a closed circle is none of theirs."""
    asked = {UUID(hex=case) for _row, pair in pairs for case in (pair.newer, pair.older)}
    there = Case.objects.visible_to(request.user).in_bulk(asked)
    seen = [(row, pair) for row, pair in pairs if {UUID(hex=pair.newer), UUID(hex=pair.older)} <= there.keys()][
        :AT_ONCE
    ]
    cases = [there[pk] for pk in {UUID(hex=case) for _row, pair in seen for case in (pair.newer, pair.older)}]
    lines: Mapping[str, Line] = (
        {line.case.pk.hex: line for line in lines_of(cases, open_list(request, cases))} if cases else {}
    )
    return [Shown(row, pair, lines[pair.newer], lines[pair.older], row.offers(request.user)) for row, pair in seen]
