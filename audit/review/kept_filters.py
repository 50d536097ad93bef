"""Filters of the log that a person keeps: a button each, named by their words; nothing that was typed is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from audit.log.actions import Outcome, action_label
from audit.review.forms import FilterForm, Period
from audit.review.models import KeptFilter
from cellule.accounts.actors import names_of
from cellule.accounts.models import User
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.steps import TooLate

MOST = 20


@dataclass(frozen=True)
class Kept:
    """One filter as its button shows it: `state` is what the form of the log takes."""

    pk: UUID
    name: str
    state: dict[str, str]


def kept_by(user: User) -> list[Kept]:
    """Give the filters that a person keeps, by name: two queries, however many there are."""
    rows = list(KeptFilter.objects.filter(user=user))
    names = names_of({key for row in rows for key in row.filters.get("actors", "").split()}) if rows else {}
    shown = [Kept(row.pk, _name(row.filters, names), row.filters) for row in rows]
    return sorted(shown, key=lambda each: (each.name, each.pk))


def may_keep(form: FilterForm, kept: list[Kept]) -> bool:
    """Whether the filters in force hold something that can be kept, and is not kept yet."""
    return bool(form.opaque) and all(each.state != form.opaque for each in kept)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the filters in force; what was typed is left out, and a name stays as the person it led to."""
    form = _asked(request)
    if not form.is_valid():
        return render(request, "review/filters_not_read.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    with transaction.atomic():
        # Two requests of one person wait for each other here, so that neither counts past the other.
        User.objects.select_for_update(of=("self",)).get(pk=request.user.pk)
        kept = KeptFilter.objects.filter(user=request.user)
        if form.opaque and not kept.filter(filters=form.opaque).exists():
            if kept.count() >= MOST:
                raise TooLate([_("You keep 20 filters, and no more fit. Remove one first.")])
            KeptFilter.objects.create(user=request.user, filters=form.opaque)
    return redirect("review:log")


@require_POST
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep one's own filter no longer."""
    if not request.user.has_perm(Permission.READ_LOG):
        raise PermissionDenied
    get_object_or_404(KeptFilter, pk=pk, user=request.user).delete()
    return redirect("review:log")


def _asked(request: HttpRequest) -> FilterForm:
    if not request.user.has_perm(Permission.READ_LOG):
        raise PermissionDenied
    return bound(FilterForm, request, reviews_auditors=request.user.has_perm(Permission.REVIEW_AUDITORS))


def _name(filters: Mapping[str, str], names: Mapping[str, str | Promise]) -> str:
    """Say in words what is kept."""
    said = [str(names[key]) for key in filters.get("actors", "").split()]
    if action := filters.get("action"):
        said.append(str(action_label(action)))
    if outcome := filters.get("outcome"):
        said.append(str(Outcome(outcome).label))
    if period := filters.get("period"):
        said.append(str(Period(period).label))
    if filters.get("of_auditors"):
        said.append(_("Only acts of auditors"))
    return ", ".join(said)
