"""The only ways to a case: from what exists for this person, and never to its content without a log entry."""

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpRequest
from django.utils import timezone

from audit.log.actions import Action
from audit.log.models import Entry
from audit.log.record import record_read
from cases import policies
from cases.actions import CASE_OPENED, CASES_LISTED, CONTACT_REVEALED, FILES_REVEALED, IDENTITY_REVEALED, STORY_REVEALED
from cases.models import BreakGlass, Case, File, Person
from cases.models.codes import RevealReason
from cellule.accounts.models import User
from cellule.vault.details import record_with_detail
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import HeldElsewhere, OpenedOwner

# Why content is opened, as the log keeps it; a code of ours, never what somebody typed.
CASEWORK = "casework"
# Long enough for a few papers: who supervises is not asked again for each of their pages.
REASON_STANDS = timedelta(minutes=10)


def find_case(request: HttpRequest, reference: str, *, in_emergency: bool = False) -> Case:
    """Give the case with this reference, content closed. Http404 alike for none, and for one that is not theirs.

    `in_emergency`: whether the page is one of the few that an emergency access opens.
    """
    told = [request.user.pk] * 4
    case = next(iter(Case.objects.raw(_by_reference(), [*told, reference])), None)
    if case is None or not case.is_worked_by(request.user):
        # What is not granted to them may be theirs to supervise; what does not exist is asked for just the same.
        visible = Case.objects.visible_to(request.user).telling_grants_of(request.user)
        case = next(iter(visible.filter(reference=reference)), None)
    if case is None and in_emergency:
        case = _in_emergency(request, reference)
    if case is None:
        raise Http404
    return case


def _in_emergency(request: HttpRequest, reference: str) -> Case | None:
    emergency = BreakGlass.objects.opening_to(request.user).filter(asked_for=reference).select_related("case").first()
    if emergency is None or emergency.case is None:
        return None
    emergency.case.emergency = emergency
    return emergency.case


@cache
def _by_reference() -> str:
    """A case by its reference with what is granted on it to a person: composed once, because every page asks it.

    It takes the person's id four times, then the reference.
    """
    nobody = User(pk=uuid.UUID(int=0))
    statement, _params = Case.objects.telling_grants_of(nobody).filter(reference="").query.sql_with_params()
    return statement


def open_case(request: HttpRequest, reference: str, *, purpose: str) -> tuple[Case, OpenedOwner]:
    """Open what is ordinary in a case and, for who works on it, its story, after the entry that says so is committed.

    Who supervises without working on the case gets what is ordinary; the story asks for a reason (`open_story`).
    Outside a transaction. Http404, NotAMember, CannotOpen.
    """
    case = find_case(request, reference)
    story = [Compartment.STORY] if policies.may_read(case, request.user) else []
    return case, _open(request, case, [Compartment.ORDINARY, *story], CASE_OPENED, purpose)


def open_emergency(request: HttpRequest, reference: str) -> tuple[Case, BreakGlass, OpenedOwner]:
    """Open a case by an emergency access: what is ordinary, and the story once a second person has agreed.

    The entry that says so is committed first. Outside a transaction. Http404, NotAMember, CannotOpen.
    """
    case = find_case(request, reference, in_emergency=True)
    if case.emergency is None:
        # It opens without one: through the other doors.
        raise Http404
    story = [Compartment.STORY] if case.emergency.tells_secrets else []
    opened = _open(request, case, [Compartment.ORDINARY, *story], CASE_OPENED, case.emergency.reason)
    return case, case.emergency, opened


def open_to_read(request: HttpRequest, case: Case) -> OpenedOwner:
    """Open a case that was found, with its story, for who reads it now: at work, or in an emergency. PermissionDenied.

    The entry that says which of the two is committed first. Outside a transaction.
    """
    if not policies.may_read_now(case, request.user):
        raise PermissionDenied
    return _open(request, case, [Compartment.ORDINARY, Compartment.STORY], CASE_OPENED, _why_read(case))


def _why_read(case: Case) -> str:
    """Why somebody reads a case that they need not be asked about, as the log keeps it."""
    return CASEWORK if case.emergency is None else case.emergency.reason


def open_story(request: HttpRequest, reference: str, *, reason: str, words: str) -> tuple[Case, OpenedOwner]:
    """Open the story too for who only supervises, after the entry with the reason is committed.

    `reason`: a code of `RevealReason`; `words` go sealed to the privacy officers. Http404, PermissionDenied.
    """
    case = find_case(request, reference)
    if not (policies.may_read(case, request.user) or policies.may_read_for_a_reason(case, request.user)):
        raise PermissionDenied
    return case, _reveal(request, case, [Compartment.ORDINARY, Compartment.STORY], STORY_REVEALED, reason, words)


def open_decision(request: HttpRequest, case: Case) -> OpenedOwner:
    """Open the story for who decides on it: that is reason enough, and the entry says so. PermissionDenied."""
    if not policies.may_supervise(case, request.user):
        raise PermissionDenied
    return _open(request, case, [Compartment.ORDINARY, Compartment.STORY], STORY_REVEALED, RevealReason.DECISION)


class ReasonMissing(Exception):
    """Files open to this person for a reason only, and none of theirs stands now."""


def ask_for_files(request: HttpRequest, case: Case, *, reason: str, words: str) -> None:
    """Write down why who only supervises looks at the case's files; for a while that lets them in. PermissionDenied.

    `reason`: a code of `RevealReason`; `words` go sealed to the privacy officers.
    """
    if not policies.may_read_for_a_reason(case, request.user):
        raise PermissionDenied
    _tell_reason(request, case, FILES_REVEALED, reason, words)


def files_stay_open(request: HttpRequest, case: Case) -> timedelta:
    """For how long a reason given before still lets the person in; nothing when there is none."""
    entry = _reason_for_files(request, case)
    return max(entry.at + REASON_STANDS - timezone.now(), timedelta()) if entry else timedelta()


def open_files(request: HttpRequest, case: Case, action: Action, file: File | None = None) -> OpenedOwner:
    """Open what is known of a case's files, and their keys, after the entry that says what for is committed.

    For who works on the case or reads it in an emergency, and for who supervises it after a reason. PermissionDenied,
    ReasonMissing.
    """
    purpose = _why_read(case)
    if not policies.may_read_now(case, request.user):
        if not policies.may_read_for_a_reason(case, request.user):
            raise PermissionDenied
        entry = _reason_for_files(request, case)
        if entry is None:
            raise ReasonMissing
        purpose = entry.purpose
    shown = [str(file.pk)] if file else []
    return _reveal(request, case, [Compartment.STORY], action, purpose, "", shown=shown)


def _reason_for_files(request: HttpRequest, case: Case) -> Entry | None:
    """The last entry of this session that gives a reason to look at this case's files, while it stands."""
    given = Entry.objects.filter(
        session=request.acting.actor.session,
        actor_id=request.acting.actor.id,
        action=FILES_REVEALED.code,
        reference=case.reference,
        at__gt=timezone.now() - REASON_STANDS,
    )
    return given.order_by("-id").first()


def reveal_identity(request: HttpRequest, case: Case, person: Person, *, reason: str, words: str) -> OpenedOwner:
    """Open who a person of the case is on paper, after the entry that names them is committed. PermissionDenied."""
    if not policies.may_reveal(case, request.user):
        raise PermissionDenied
    compartments = [Compartment.ORDINARY, Compartment.IDENTITY]
    return _reveal(request, case, compartments, IDENTITY_REVEALED, reason, words, shown=[person.reference])


def reveal_contact(request: HttpRequest, case: Case, *, reason: str, words: str) -> OpenedOwner:
    """Open how the person is reached (rules and details), after the entry with the reason is committed.

    PermissionDenied.
    """
    if not policies.may_reveal(case, request.user):
        raise PermissionDenied
    return _reveal(request, case, [Compartment.STORY, Compartment.CONTACT], CONTACT_REVEALED, reason, words)


def open_list(request: HttpRequest, cases: Sequence[Case]) -> dict[uuid.UUID, OpenedOwner]:
    """Open what is ordinary in the cases of a list, under one entry that names them. Outside a transaction.

    What went to other keys since it was found is left out.
    """
    acting = request.acting
    opened = acting.vault.open_owners(cases, [Compartment.ORDINARY], action=CASES_LISTED, by=acting.actor)
    if closed := [case for case in cases if not opened[case.pk].keys]:
        now_with = dict(Case.objects.filter(pk__in=[case.pk for case in closed]).values_list("pk", "key_holder"))
        for case in closed:
            # Where nobody moved it, somebody changed the rows past us: that is not passed over.
            if now_with.get(case.pk) != case.key_holder:
                del opened[case.pk]
    return opened


def _open(
    request: HttpRequest, case: Case, compartments: Sequence[Compartment], action: Action, purpose: str
) -> OpenedOwner:
    told = {"action": action, "by": request.acting.actor, "purpose": purpose}
    return _where_it_lies(
        request,
        case,
        lambda: request.acting.vault.open_owner(case, compartments, relation=case.relation_to(request.user), **told),
    )


def _reveal(
    request: HttpRequest,
    case: Case,
    compartments: Sequence[Compartment],
    action: Action,
    reason: str,
    words: str,
    *,
    shown: Sequence[str] = (),
) -> OpenedOwner:
    """The opening is the same act as the entry with its reason."""
    entry = _tell_reason(request, case, action, reason, words, shown)
    return _where_it_lies(request, case, lambda: request.acting.vault.open_recorded(case, compartments, entry))


def _tell_reason(
    request: HttpRequest, case: Case, action: Action, reason: str, words: str, shown: Sequence[str] = ()
) -> Entry:
    """The words cannot lie in the log: they are its sealed detail, which dies with the case. Http404 once it is gone."""
    told = {"by": request.acting.actor, "purpose": reason, "shown": shown}
    if not words:
        return record_read(action, **told, **case.told(request.acting))
    with transaction.atomic(durable=True):
        # Whoever destroys the case waits, or the words would be left behind.
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM cases_case WHERE id = %s FOR SHARE", [case.pk])
            if cursor.fetchone() is None:
                raise Http404
        return record_with_detail(action, {"words": words}, **told, **case.told(request.acting))


def _where_it_lies(request: HttpRequest, case: Case, opening: Callable[[], OpenedOwner]) -> OpenedOwner:
    """Open a case; once more when it went to another key holder since it was found, if it is still theirs to see."""
    try:
        return opening()
    except HeldElsewhere:
        now_with = find_case(request, case.reference, in_emergency=case.emergency is not None).key_holder
        if now_with == case.key_holder:
            # Nobody moved it: somebody changed the row past us.
            raise
        case.key_holder = now_with
        # Keys that this person got since their request began count too.
        request.acting.vault.forget()
        return opening()
