"""A member's page, taking somebody out, another role, a way back after a lost passphrase."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cellule.accounts import enrolment, leaving, members
from cellule.accounts import team as teams
from cellule.accounts.acting import agency_of
from cellule.accounts.doors import for_permission
from cellule.accounts.forms import RoleForm, WayInForm
from cellule.accounts.models import User
from cellule.accounts.roles import Permission, by_code
from cellule.forms import bound
from cellule.vault import removal
from cellule.vault.membership import kind_label
from cellule.vault.models import VaultSession


@for_permission(Permission.ADMIT)
def member(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Since when somebody is in, let in by whom, the five words to compare, and what was done with the account."""
    found = _within_sight(request, person)
    context = {
        "member": found,
        "places": members.places(found),
        "words": members.fingerprint_words(found),
        "history": members.history(found),
        "may_decide": members.may_decide_on(request.acting, found),
        "may_change_role": members.may_change_role(request.acting, found),
        "signed_by_me": found.pk in teams.signed_by_me(request.acting),
    }
    return render(request, "accounts/member.html", context)


@for_permission(Permission.ADMIT)
def remove(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Say what will happen, then take somebody out of the team."""
    if request.method == "POST" and User.objects.filter(pk=person, is_active=False).exists():
        return redirect("accounts:team")
    found = _to_decide_on(request, person)
    return removing(request, found, back="accounts:team")


def removing(request: HttpRequest, person: User, *, back: str) -> HttpResponse:
    """The page before somebody is taken out, and the act; whoever is the last one stays, and the page says why."""
    last = removal.is_last_in(person.pk, agency_of(person))
    if request.method == "POST" and not last:
        try:
            leaving.remove(person, by=request.acting)
        except removal.LastOne:
            last = removal.is_last_in(person.pk, agency_of(person))
        else:
            return redirect(back)
    context = {
        "person": person,
        "places": members.places(person),
        "last_in": [kind_label(kind) for kind in last],
        "sessions": VaultSession.objects.filter(holder=person.pk, pending=False).count(),
        "turns_now": _turns_now(request, person),
        "back": back,
    }
    return render(request, "accounts/remove.html", context, status=409 if request.method == "POST" else 200)


@for_permission(Permission.ADMIT)
def change_role(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Choose another role of the unit; a new supervisor takes two signatures."""
    found = _within_sight(request, person)
    if not members.may_change_role(request.acting, found):
        raise Http404
    form = bound(RoleForm, request, now=found.role)
    last: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            done = leaving.change_role(found, by_code(form.cleaned_data["role"]), by=request.acting)
        except removal.LastOne:
            last = removal.is_last_in(found.pk, None)
        else:
            if not done:
                return render(request, "accounts/half_promoted.html", {"person": found})
            return redirect("accounts:member", found.pk)
    context = {"form": form, "person": found, "last_in": [kind_label(kind) for kind in last]}
    return render(request, "accounts/change_role.html", context, status=409 if last else 422 if form.errors else 200)


@for_permission(Permission.ADMIT)
def lost_passphrase(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Give somebody who lost their passphrase a link to enrol anew, after saying what that costs."""
    return way_in(request, _to_decide_on(request, person), back="accounts:team")


def way_in(request: HttpRequest, person: User, *, back: str) -> HttpResponse:
    """The page before a new link, and the link: by mail, or once on paper."""
    form = bound(WayInForm, request)
    if request.method == "POST" and form.is_valid():
        by_mail = form.cleaned_data["sent"] == "mail"
        invitation = leaving.new_way_in(person, by=request.acting, by_mail=by_mail)
        if by_mail:
            return redirect(back)
        context = {"invitation": invitation, "link": enrolment.link_of(invitation), "back": back}
        return render(request, "accounts/invitation.html", context)
    context = {"form": form, "person": person, "back": back, "is_in_a_group": bool(person.duty.key_groups)}
    return render(request, "accounts/lost_passphrase.html", context, status=422 if form.errors else 200)


def _within_sight(request: HttpRequest, person: uuid.UUID) -> User:
    found = members.within_sight(request.acting, person)
    if found is None:
        raise Http404
    return found


def _to_decide_on(request: HttpRequest, person: uuid.UUID) -> User:
    found = _within_sight(request, person)
    if not members.may_decide_on(request.acting, found):
        raise Http404
    return found


def _turns_now(request: HttpRequest, person: User) -> bool:
    """Whether whoever asks holds the keys of every group that is left: then all of them turn in this request."""
    vault, kept = request.acting.vault, {place.kind for place in members.places(person)}
    left = [
        group for group, roster in removal.places_of(person.pk, agency_of(person)).items() if roster.body.kind in kept
    ]
    return all(group in vault.memberships and vault.holds_root(group) for group in left)
