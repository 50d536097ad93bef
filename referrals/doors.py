"""The only ways to a referral: from what exists for this person, and never to its content without a log entry.

A read takes the consent `FOR SHARE` and commits its entry there: it comes before a withdrawal, or finds nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpRequest
from django.utils import timezone

from audit.log.actions import Action, Outcome
from audit.log.record import record
from cases.models import Consent
from cellule.accounts.alterations import signal
from cellule.accounts.roles import Permission
from cellule.steps import TooLate
from cellule.vault import packets
from cellule.vault.models.owner import Compartment
from cellule.vault.rosters import RosterRefused
from cellule.vault.sealing import CannotOpen, UnknownFormat
from cellule.vault.unlocked import OpenedOwner
from referrals import policies
from referrals.actions import AGREED_OPENED, ENVELOPE_OPENED, PACKET_FORGED, REFERRALS_LISTED
from referrals.models import Referral
from referrals.models.codes import RECEIVED, RUNNING, ReferralState
from referrals.models.packet import SIGNED

# Why content is opened, as the log keeps it.
CASEWORK, SERVICE = "casework", "service"

_HOLD = """
SELECT c.version, r.version, s.log_reference
FROM cases_consent c JOIN referrals_referral r ON r.consent_id = c.id
LEFT JOIN keys.vault_subjectrow s ON s.owner = r.case_id
WHERE r.id = %s AND c.id = %s FOR SHARE OF c
"""


def find_referral(request: HttpRequest, reference: str) -> Referral:
    """Give the referral with this reference, closed. Http404 alike for none, and for one that is not theirs."""
    # Nothing of the case itself is an agency's to read.
    of_the_case = ["case"] if request.user.duty.in_unit else []
    visible = Referral.objects.visible_to(request.user).select_related("agency", "service", "consent", *of_the_case)
    referral = next(iter(visible.filter(reference=reference)), None)
    if referral is None:
        raise Http404
    return referral


def open_envelope(request: HttpRequest, referral: Referral) -> OpenedOwner:
    """Open the envelope, the parcel line and the messages for either side. PermissionDenied, Http404, TooLate."""
    _may_open(request, referral)
    return _open(request, referral, [Compartment.ENVELOPE], ENVELOPE_OPENED, may_open_agreed=False)


def open_agreed(request: HttpRequest, referral: Referral) -> OpenedOwner:
    """Open the agreed part too: for the unit at any time, for the agency once it has accepted, and while consent lasts.

    PermissionDenied, Http404, TooLate.
    """
    _may_open(request, referral)
    both = [Compartment.ENVELOPE, Compartment.AGREED]
    return _open(request, referral, both, AGREED_OPENED, may_open_agreed=True)


def open_referrals(request: HttpRequest, referrals: Sequence[Referral]) -> dict[object, OpenedOwner]:
    """Open the envelopes of a list under one entry that names them; what has gone meanwhile is left out."""
    with transaction.atomic():
        _hold_consents(referrals)
        there = Referral.objects.visible_to(request.user).filter(pk__in=[referral.pk for referral in referrals])
        if request.user.has_perm(Permission.ANSWER_REFERRALS):
            there = there.filter(consent__in=Consent.objects.active(timezone.localdate()))
        still = set(there.values_list("pk", flat=True))
        shown = [referral for referral in referrals if referral.pk in still]
        entry = record(REFERRALS_LISTED, by=request.acting.actor, shown=[referral.reference for referral in shown])
        return packets.open_packets(request.acting.vault, shown, [Compartment.ENVELOPE], entry)


def open_apart(request: HttpRequest, referrals: Sequence[Referral]) -> dict[object, OpenedOwner]:
    """Open the envelopes of a list; where one was tampered with, it stays closed, an entry says so, and the others open."""
    if not referrals:
        return {}
    try:
        if len(referrals) > 1:
            return open_referrals(request, referrals)
        with telling_forgeries(request, referrals[0]):
            return open_referrals(request, referrals)
    except (CannotOpen, UnknownFormat, RosterRefused):
        if len(referrals) == 1:
            return {}
    middle = len(referrals) // 2
    return open_apart(request, referrals[:middle]) | open_apart(request, referrals[middle:])


def _may_open(request: HttpRequest, referral: Referral) -> None:
    if not policies.is_of_the_unit(referral, request.user) and not policies.may_answer(referral, request.user):
        raise PermissionDenied


def _open(
    request: HttpRequest,
    referral: Referral,
    compartments: Sequence[Compartment],
    action: Action,
    *,
    may_open_agreed: bool,
) -> OpenedOwner:
    with telling_forgeries(request, referral):
        return _open_held(request, referral, compartments, action, may_open_agreed=may_open_agreed)


@contextmanager
def telling_forgeries(request: HttpRequest, referral: Referral) -> Iterator[None]:
    """Leave an entry when what is opened or read inside is not what was sent: CannotOpen, UnknownFormat, RosterRefused."""
    try:
        yield
    except packets.BeyondReach:
        # Nobody has altered anything: the keys are lost.
        raise
    except (CannotOpen, UnknownFormat, RosterRefused):
        told = referral._told_by(request.acting)
        with transaction.atomic():
            entry = record(PACKET_FORGED, by=request.acting.actor, outcome=Outcome.FAILED, **told)
            signal(entry, by=request.acting.actor)
        raise


def _open_held(
    request: HttpRequest,
    referral: Referral,
    compartments: Sequence[Compartment],
    action: Action,
    *,
    may_open_agreed: bool,
) -> OpenedOwner:
    """Under the consent's lock: ask again what holds now, write the entry, fetch the keys, commit; then open."""
    acting, in_agency = request.acting, request.user.has_perm(Permission.ANSWER_REFERRALS)
    with transaction.atomic():
        now = _held_now(request, referral, in_agency=in_agency)
        if now.key_holder != referral.key_holder:
            # It went along with its case; keys that this person got since their request began count too.
            referral.key_holder = now.key_holder
            acting.vault.forget()
        if in_agency:
            _expect_open_for_agency(now, may_open_agreed=may_open_agreed)
            packets.verify(now, SIGNED, now.signature)
        if in_agency and may_open_agreed and not now.agreed_seen:
            now.mark_agreed_seen(by=acting)
        purpose = SERVICE if in_agency else CASEWORK
        entry = record(action, by=acting.actor, purpose=purpose, **referral._told_by(acting))
        return packets.open_packet(acting.vault, referral, compartments, entry)


def _held_now(request: HttpRequest, referral: Referral, *, in_agency: bool) -> Referral:
    """The referral as it is once its consent is held. Http404.

    For an agency it is read again only when somebody has moved either since: nothing else changes what an agency sees.
    What the unit sees hangs on the grants of the case too.
    """
    if in_agency:
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [referral.pk, referral.consent_id])
            held = cursor.fetchone()
        # Whoever waited for the lock has the consent as it is now, and by its version learns that they waited.
        if held is not None and held[:2] == (referral.consent.version, referral.version):
            referral.log_subject = held[2]
            return referral
    _hold_consents([referral])
    now = Referral.objects.visible_to(request.user).select_related("consent").filter(pk=referral.pk).first()
    if now is None:
        raise Http404
    if now.consent_id != referral.consent_id:
        # It went on under a newer consent meanwhile, which is not held; whoever reads looks again.
        raise TooLate
    return now


def _hold_consents(referrals: Sequence[Referral]) -> None:
    """Let no consent end before the entry of this read is committed."""
    consents = sorted({str(referral.consent_id) for referral in referrals if referral.consent_id})
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM cases_consent WHERE id = ANY(%s::uuid[]) ORDER BY id FOR SHARE", [consents])


def _expect_open_for_agency(referral: Referral, *, may_open_agreed: bool) -> None:
    """What an agency may open now: the envelope while it runs, the agreed part once accepted. Raises TooLate."""
    if not referral.consent.is_active(timezone.localdate()):
        raise TooLate
    after = referral.state in (ReferralState.COMPLETED, ReferralState.NOT_DELIVERED) and referral.access_until
    states = RECEIVED if may_open_agreed else RUNNING
    if referral.state not in states and not after:
        raise TooLate
