"""Lists of cases: one page of a long list, and the last few to go on with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise

from cases.languages import language_name
from cases.models import LEAD, Case, CaseQuerySet, CaseUserGrant, Scope
from cases.models.codes import RiskLevel
from cellule import references
from cellule.accounts.models import User
from cellule.accounts.roles import Permission
from cellule.vault.unlocked import OpenedOwner

PAGE = 50
LAST = 5
# Who may read which list.
PERMISSIONS = {
    Scope.MINE: Permission.WORK_CASES,
    Scope.UNIT: Permission.SUPERVISE_CASES,
    Scope.UNASSIGNED: Permission.SUPERVISE_CASES,
}


@dataclass(frozen=True)
class Page:
    """Cases of one page; `newer` and `older` are the references from which the neighbouring pages go on, or empty."""

    cases: list[Case]
    newer: str = ""
    older: str = ""


@dataclass(frozen=True)
class Line:
    """One case as a list shows it."""

    case: Case
    opened_on: datetime
    language: Promise | str
    risk: RiskLevel | None
    lead: str = ""


def beginning(scope: Scope, user: User) -> CaseQuerySet:
    """The cases with which a list begins, before any filter."""
    if scope == Scope.MINE:
        return Case.objects.worked_by(user)
    visible = Case.objects.visible_to(user)
    return visible.awaiting_lead() if scope == Scope.UNASSIGNED else visible


def page_of(
    cases: CaseQuerySet, *, older_than: str = "", newer_than: str = "", among: CaseQuerySet | None = None
) -> Page:
    """Give one page of a list; a reference that is not in the list (any more) gives its first page.

    `among`: the list before its filters, so that a page goes on from a case that no longer fits them.
    """
    mark = _in(cases if among is None else among, newer_than or older_than)
    if mark is None:
        found = list(cases.newest_first()[: PAGE + 1])
        return Page(found[:PAGE], older=found[PAGE - 1].reference if len(found) > PAGE else "")
    if newer_than:
        found = list(cases.newer_than(mark).newest_first().reverse()[: PAGE + 1])
        page = found[:PAGE][::-1]
        return Page(page, newer=page[0].reference if len(found) > PAGE else "", older=_end(page))
    found = list(cases.older_than(mark).newest_first()[: PAGE + 1])
    page = found[:PAGE]
    return Page(page, newer=page[0].reference if page else "", older=_end(page) if len(found) > PAGE else "")


def last_weeks(cases: CaseQuerySet) -> list[Case]:
    """Give the newest cases, at least `LAST` of them: the clear column knows only weeks, so whole weeks are taken."""
    newest = list(cases.newest_first()[:PAGE])
    if len(newest) <= LAST:
        return newest
    return [case for case in newest if case.opened_week >= newest[LAST - 1].opened_week]


def leads_of(cases: list[Case]) -> dict[UUID, str]:
    """The name of each case's lead, in one query; no entry for a case that waits for one."""
    grants = CaseUserGrant.objects.filter(content_object__in=[case.pk for case in cases], permission__codename=LEAD)
    return dict(grants.order_by("user__name").values_list("content_object", "user__name"))


def lines(cases: list[Case], opened: Mapping[UUID, OpenedOwner], leads: Mapping[UUID, str] | None = None) -> list[Line]:
    """Give the lines of a list, of what could be opened, the newest first; `leads` names who leads which case."""
    told = [_line(case, opened[case.pk], (leads or {}).get(case.pk, "")) for case in cases if case.pk in opened]
    return sorted(told, key=lambda line: (line.case.opened_week, line.opened_on), reverse=True)


def _line(case: Case, opened: OpenedOwner, lead: str) -> Line:
    ordinary, standing = opened.read(case, "ordinary"), opened.read(case, "standing")
    risk = RiskLevel(standing.risk) if standing else None
    return Line(case, ordinary.opened_on, language_name(ordinary.language), risk, lead)


def _in(cases: CaseQuerySet, reference: str) -> Case | None:
    try:
        return cases.filter(reference=references.parse(reference)).first()
    except ValueError:
        return None


def _end(page: list[Case]) -> str:
    return page[-1].reference if page else ""
