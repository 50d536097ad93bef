"""People leave the team, get another role, or enrol anew: what is done with account and keys together."""

import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from audit.log.record import record
from cellule.accounts import enrolment, members
from cellule.accounts.acting import Acting, agency_of
from cellule.accounts.actions import REMOVED, ROLE_CHANGED, ROLE_PROPOSED
from cellule.accounts.models import Invitation, SignInSession, User
from cellule.accounts.roles import CASEWORKER, INTAKE_WORKER, SUPERVISOR, Permission, Role
from cellule.vault import removal

# Between these a person goes with the keys they have; any other role takes another enrolment.
UNIT_ROLES = (INTAKE_WORKER, CASEWORKER, SUPERVISOR)


def _may(by: Acting, person: User) -> bool:
    """Whoever keeps the machine running closes any other account; everybody else decides on who is within sight."""
    if by.user.has_perm(Permission.INVITE):
        return person.pk != by.user.pk
    return by.user.has_perm(Permission.ADMIT) and members.may_decide_on(by, person)


def remove(person: User, *, by: Acting) -> None:
    """Take a person out: account, sessions, keys and places end at once. Done twice, it is done once.

    Raises PermissionDenied, LastOne, RosterRefused.
    """
    if not _may(by, person):
        raise PermissionDenied
    with transaction.atomic():
        held = _held(person.pk)
        if not held.is_active:
            return
        removal.remove(held.pk, organisation=agency_of(held), by=by.actor, unlocked=by.unlocked)
        held.is_active = False
        held.renew_mark()
        held.save(update_fields=["is_active", "password"])
        SignInSession.objects.filter(user=held).delete()
        Invitation.objects.open().filter(user=held).update(withdrawn_at=timezone.now())
        record(REMOVED, by=by.actor, subject_type="accounts.user", reference=str(held.pk))


def new_way_in(person: User, *, by: Acting, by_mail: bool) -> Invitation:
    """Give somebody who lost their passphrase a one-time link; the old keys end when it is used. PermissionDenied."""
    if not _may(by, person):
        raise PermissionDenied
    with transaction.atomic():
        return enrolment.invite(_held(person.pk), by=by.actor, by_mail=by_mail)


def change_role(person: User, role: Role, *, by: Acting) -> bool:
    """Give somebody of the unit another role; gives False when a second supervisor has to do the same.

    Raises PermissionDenied, LastOne, MayNotAdmit, TurnIsDue, RosterRefused.
    """
    if role not in UNIT_ROLES or not members.may_change_role(by, person):
        raise PermissionDenied
    with transaction.atomic():
        held = _held(person.pk)
        if held.role == role.code:
            return True
        done = removal.change_role(
            by.vault, held.pk, role=role.code, may_admit=role.may_admit, kinds=role.key_groups, by=by.actor
        )
        if done:
            held.role = role.code
            held.save(update_fields=["role"])
        action = ROLE_CHANGED if done else ROLE_PROPOSED
        record(action, by=by.actor, subject_type="accounts.user", reference=str(held.pk))
    return done


def _held(person: uuid.UUID) -> User:
    """The account, locked: two people decide one after the other."""
    return User.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=person)
