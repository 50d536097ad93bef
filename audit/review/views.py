"""The auditors' list of the log, one entry of it, and its sealed detail. Looking is an act: it is recorded first."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.log.actions import action_label
from audit.log.finding import Wanted
from audit.log.models import Entry, Leaf
from audit.log.record import record
from audit.review.actions import ENTRY_VIEWED, SEARCHED, VIEWED
from audit.review.detail import has_letter_for, open_detail
from audit.review.export import ListExportForm
from audit.review.forms import FilterForm
from audit.review.kept_filters import kept_by, may_keep
from audit.review.people import as_read, lines
from cellule.accounts import alterations
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.vault.details import record_with_detail
from cellule.vault.models import Letter
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import NotAMember

PAGE = 50
# What else stands in sealed details than filters.
_LABELS = {
    "words": _("Words"),
    "what": _("What happened"),
    "when": _("When"),
    "whose": _("Who did it"),
    "about": _("Reference"),
}
# What of an incident is kept as codes (`incidents.open_incident`).
_READ_AS: dict[str, Callable[[str], str]] = {
    "what": lambda codes: ", ".join(str(action_label(code)) for code in codes.split(", ")),
    "about": as_read,
}


@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    """The newest entries, or by POST those that were asked for; one more entry says that somebody looked."""
    _require(request, Permission.READ_LOG)
    form = bound(FilterForm, request, reviews_auditors=request.user.has_perm(Permission.REVIEW_AUDITORS))
    asks = request.method == "POST"
    context = {"form": form, "filters": [], "state": {}, "further": False, "lines": None, "last": None}
    context |= {"kept": kept_by(request.user), "may_keep": False, "export_form": ListExportForm()}
    if asks and not form.is_valid():
        return render(request, "review/log.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    wanted, before = Wanted(), None
    if asks:
        wanted, before = form.wanted, form.cleaned_data["before"]
        context |= {"filters": form.in_words(), "state": form.state, "further": bool(before)}
        context["may_keep"] = may_keep(form, context["kept"])
    with transaction.atomic():
        found = wanted.newest(PAGE + 1, before=before)
        if context["state"]:
            record_with_detail(SEARCHED, context["state"], by=request.acting.actor)
        else:
            record(VIEWED, by=request.acting.actor)
    page = found[:PAGE]
    context |= {"lines": lines(page), "last": page[-1] if len(found) > PAGE else None}
    return render(request, "review/log.html", context)


@require_safe
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Everything an entry says in clear, and whether it is still what was written."""
    _require(request, Permission.READ_LOG)
    seen = get_object_or_404(Entry, pk=entry_id)
    with transaction.atomic():
        record(ENTRY_VIEWED, by=request.acting.actor, subject_type="log_entry", reference=str(seen.pk))
    return render(request, "review/entry.html", _shown(request, seen))


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """An entry with its sealed detail opened, for whoever holds the key; the opening is recorded first.

    Loaded by its address the page is the entry, still sealed.
    """
    _require(request, Permission.READ_LOG)
    if request.method != "POST":
        return redirect("review:entry", entry_id)
    seen = get_object_or_404(Entry, pk=entry_id)
    try:
        with alterations.told(request.acting.actor, "review:detail", str(seen.pk)):
            opened = open_detail(seen, request.acting)
    except Letter.DoesNotExist:
        raise Http404 from None
    except NotAMember:
        raise PermissionDenied from None
    except CannotOpen:
        return render(request, "review/entry.html", _shown(request, seen) | {"unreadable": True})
    labels = {name: field.label for name, field in FilterForm.base_fields.items()} | _LABELS
    told = [(labels.get(name, name), _READ_AS.get(name, str)(value)) for name, value in opened.items()]
    return render(request, "review/entry.html", _shown(request, seen) | {"detail": told})


def _require(request: HttpRequest, permission: Permission) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _shown(request: HttpRequest, seen: Entry) -> dict:
    (line,) = lines([seen])
    placed = Leaf.objects.filter(entry=seen.pk).first()
    return {
        "line": line,
        "entry": seen,
        "intact": seen.fits(placed),
        "hash": bytes(placed.hash).hex() if placed else "",
        "commitment": bytes(seen.detail_commitment or b"").hex(),
        "may_open": has_letter_for(seen, request.acting),
        "detail": None,
        "unreadable": False,
    }
