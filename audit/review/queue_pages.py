"""The queues of the auditors' workspace, its findings, and the confidentiality incidents."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from audit.log.record import record_read
from audit.review.actions import INCIDENTS_VIEWED, QUEUE_VIEWED
from audit.review.lists import PAGE, lines, page_of
from audit.review.models import Incident, Item, Queue
from audit.review.models.item import UNDECIDED, ItemQuerySet
from audit.review.tabs import QUEUE_PAGES, tabs_of
from cellule import references
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission

_SAYS = {
    Queue.SIGNAL: _("Accesses that a rule found unusual. Unusual is not wrong: most have a good reason."),
    Queue.SAMPLE: _("Accesses drawn at random, so that everybody is looked at and nobody is chosen."),
    Queue.GLASS: _("Every emergency access is reviewed."),
    Queue.OF_AUDITORS: _("What auditors and privacy officers did. Nobody sees their own acts here."),
}


@for_permission(Permission.READ_LOG)
@require_safe
def queue(request: HttpRequest, which: str) -> HttpResponse:
    """The accesses of a queue that nobody has judged yet, or with `?jugees=1` those that were judged."""
    which = Queue(which)
    if which == Queue.OF_AUDITORS and not request.user.has_perm(Permission.REVIEW_AUDITORS):
        raise PermissionDenied
    items = Item.objects.reviewed_by(request.user).in_queue(which)
    is_judged = request.GET.get("jugees") == "1"
    items = items.exclude(state__in=UNDECIDED) if is_judged else items.undecided()
    context = {"title": which.label, "says": _SAYS[which], "is_judged": is_judged, "has_judged": True}
    return _list(request, items, QUEUE_PAGES[which], context, "jugees=1" if is_judged else "")


@for_permission(Permission.READ_LOG)
@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """What was judged not justified, and incidents, also those that await their second signature."""
    says = _("What was judged not justified, and incidents, with those that await a second signature.")
    context = {"title": _("Findings"), "says": says, "is_judged": False, "has_judged": False}
    return _list(request, Item.objects.reviewed_by(request.user).findings(), "review:findings", context)


@for_permission(Permission.REVIEW_AUDITORS)
@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    """The confidentiality incidents; what, when and whose is opened on the page of the entry."""
    found = Incident.objects.visible_to(request.user).select_related("item")
    mark = _mark(request)
    if mark is not None:
        found = found.beyond(mark)
    page = list(found.newest_first()[: PAGE + 1])
    shown = page[:PAGE]
    record_read(INCIDENTS_VIEWED, by=request.acting.actor, shown=[incident.code for incident in shown])
    context = {
        "tabs": tabs_of(request.user, "review:incidents"),
        "incidents": shown,
        "older": _further("apres", shown[-1].code if len(page) > PAGE else "", ""),
    }
    return render(request, "review/incidents.html", context)


def _list(
    request: HttpRequest, items: ItemQuerySet, tab: str, context: dict[str, Promise | bool], query: str = ""
) -> HttpResponse:
    marks = {"older_than": request.GET.get("apres", ""), "newer_than": request.GET.get("avant", "")}
    page = page_of(items, request.user, **marks)
    shown = [item.code for item in page.items]
    record_read(QUEUE_VIEWED, by=request.acting.actor, shown=shown, purpose=tab.partition(":")[2])
    context |= {
        "tabs": tabs_of(request.user, tab),
        "lines": lines(page.items),
        "newer": _further("avant", page.newer, query),
        "older": _further("apres", page.older, query),
    }
    return render(request, "review/queue.html", context)


def _mark(request: HttpRequest) -> Incident | None:
    try:
        code = references.parse(request.GET.get("apres", ""))
    except ValueError:
        return None
    return Incident.objects.visible_to(request.user).filter(code=code).first()


def _further(way: str, code: str, query: str) -> str:
    return f"?{'&'.join(filter(None, [query, urlencode({way: code})]))}" if code else ""
