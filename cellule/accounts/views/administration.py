"""The administrator's pages: people by account state, invitations, organisations. No content, no passphrase."""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from cellule.accounts import enrolment, roles
from cellule.accounts.doors import for_permission
from cellule.accounts.forms import InvitationForm, OrganisationForm
from cellule.accounts.founding import add_partner
from cellule.accounts.models import Invitation, Organisation, User
from cellule.accounts.roles import Permission
from cellule.accounts.views.members import removing, way_in
from cellule.forms import bound
from cellule.vault.models import Slot


@for_permission(Permission.INVITE)
def administration(request: HttpRequest) -> HttpResponse:
    """Accounts with where each one stands, organisations, and the way to the jobs."""
    enrolled = set(Slot.objects.values_list("holder", flat=True))
    invited = set(Invitation.objects.open().values_list("user_id", flat=True))
    people = [
        {"person": person, "is_enrolled": person.pk in enrolled, "is_invited": person.pk in invited}
        for person in User.objects.select_related("organisation")
    ]
    context = {"people": people, "organisations": Organisation.objects.all()}
    return render(request, "accounts/administration.html", context)


@for_permission(Permission.INVITE)
def invite(request: HttpRequest) -> HttpResponse:
    """Make an account with its first invitation; `organisation` in the address asks for that agency's coordinator."""
    agency = _agency(request.GET.get("organisation", ""))
    initial = {"organisation": agency, "role": roles.AGENCY_COORDINATOR.code} if agency else {}
    form = bound(InvitationForm, request, initial=initial)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            person = form.save()
            invitation = enrolment.invite(person, by=request.acting.actor, by_mail=form.cleaned_data["sent"] == "mail")
        return _after(request, invitation, form.cleaned_data["sent"])
    context = {"form": form, "roles": roles.ROLES}
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


@for_permission(Permission.INVITE)
@require_http_methods(["GET", "HEAD", "POST"])
def invite_again(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """A new way in for somebody who has not enrolled, or whose account was closed; the older link ends.

    A printed link is not shown again.
    """
    if request.method != "POST":
        return redirect("accounts:administration")
    person = get_object_or_404(User.objects.exclude(pk__in=Slot.objects.values("holder")), pk=person)
    sent = "print" if "print" in request.POST else "mail"
    with transaction.atomic():
        invitation = enrolment.invite(person, by=request.acting.actor, by_mail=sent == "mail")
    return _after(request, invitation, sent)


@for_permission(Permission.INVITE)
@require_POST
def withdraw(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    for invitation in Invitation.objects.open().filter(user_id=person):
        enrolment.withdraw(invitation, by=request.acting)
    return redirect("accounts:administration")


@for_permission(Permission.INVITE)
def close_account(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Say what will happen, then close an account without holding any key: its groups turn at a member's next page."""
    found = _other_account(request, person)
    if request.method == "POST" and not found.is_active:
        return redirect("accounts:administration")
    return removing(request, found, back="accounts:administration")


@for_permission(Permission.INVITE)
def new_way_in(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """A link for somebody who lost their passphrase; whoever lets people in still has to hear their words."""
    found = _other_account(request, person)
    if not found.is_active:
        raise Http404
    return way_in(request, found, back="accounts:administration")


def _other_account(request: HttpRequest, person: uuid.UUID) -> User:
    accounts = User.objects.select_related("organisation").exclude(pk=request.user.pk)
    return get_object_or_404(accounts, pk=person)


@for_permission(Permission.MANAGE_ORGANISATIONS)
def new_organisation(request: HttpRequest) -> HttpResponse:
    """Add a partner organisation; its coordinator is invited next."""
    form = bound(OrganisationForm, request)
    if request.method == "POST" and form.is_valid():
        add_partner(form.save(commit=False), by=request.acting.actor)
        return redirect("accounts:administration")
    return render(request, "accounts/new_organisation.html", {"form": form}, status=422 if form.errors else 200)


def _agency(pk: str) -> Organisation | None:
    """The partner organisation that a link names; None for anything else."""
    try:
        return Organisation.objects.filter(zone=Organisation.Zone.PARTNER, pk=pk).first()
    except ValidationError:
        return None


def _after(request: HttpRequest, invitation: Invitation, sent: str) -> HttpResponse:
    """By mail: back to the list. On paper: the link, once, to be printed."""
    if sent == "mail":
        return redirect("accounts:administration")
    return render(
        request,
        "accounts/invitation.html",
        {"invitation": invitation, "link": enrolment.link_of(invitation), "back": "accounts:administration"},
    )
