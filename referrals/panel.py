"""What the page of a case tells of its referrals: the panel's lines, what is left to do, and events for its timeline.

All of it is opened once in a request, under the panel's own entry in the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases import timeline
from cases.models import Case
from cellule.templatetags.typography import moment
from cellule.vault.sealing import CannotOpen, UnknownFormat
from cellule.vault.unlocked import OpenedOwner
from referrals import doors
from referrals.contents import named
from referrals.models import Referral
from referrals.models.codes import DeclineReason, Outcome
from referrals.models.codes import ReferralState as S
from referrals.models.packet import Answer, Trace
from referrals.parcel import UNIT, Parcel, asks_something, messages_of, names_in, parcel_of, traces_of

_MEMO = "_referrals_opened"


@dataclass(frozen=True)
class Line:
    """One referral as the panel shows it, without what was told or written; `answer`: by the agency's codes.

    `is_closed`: it cannot be opened, for it is not what was sent; then nothing of it was read.
    """

    referral: Referral
    parcel: Parcel
    answer: str
    is_closed: bool = False

    @property
    def is_left_to_do(self) -> bool:
        """Whether somebody of the unit has to say what comes next."""
        return not self.referral.settled

    @property
    def asks_for_another(self) -> bool:
        """Whether another agency has to be found, or only an end to be noted."""
        return self.is_left_to_do and self.referral.state != S.COMPLETED


@dataclass(frozen=True)
class _Told:
    """What was read of one referral; `asks`: whether the agency wrote the last message."""

    traces: list[Trace]
    answer: str
    asks: bool


def lines_of(request: HttpRequest, case: Case) -> list[Line]:
    """Give the referrals of a case, those with something left to do first, then the latest; Http404, PermissionDenied.

    They are opened once for one request, however many parts of its page tell of them; nothing is written for none.
    """
    known: dict[Any, list[Line]] = request.__dict__.setdefault(_MEMO, {})
    if case.pk not in known:
        known[case.pk] = _lines(request, case)
    return known[case.pk]


@timeline.source
def events_of(request: HttpRequest, case: Case) -> list[timeline.Event]:
    """Tell the timeline of every step of the case's referrals, by either side."""
    return [
        _event(line.referral, place, move)
        for line in lines_of(request, case)
        for place, move in enumerate(line.parcel.moves)
    ]


def answer_in_words(answer: Answer | None) -> str:
    """What an agency answered, by its codes; empty where it only wrote something."""
    if answer is None:
        return ""
    if answer.reason:
        return named(DeclineReason, answer.reason)
    return named(Outcome, answer.outcome) if answer.outcome else ""


def _lines(request: HttpRequest, case: Case) -> list[Line]:
    found = Referral.objects.visible_to(request.user).filter(case=case)
    referrals = list(found.select_related("agency", "service", "consent").prefetch_related("traces", "messages"))
    for referral in referrals:
        # What ties the reader to the case was asked already.
        referral.case = case
    opened = doors.open_apart(request, referrals)
    read = [(referral, _read(request, referral, opened.get(referral.pk))) for referral in referrals]
    names = names_in([trace for _referral, told in read if told for trace in told.traces], UNIT)
    lines = [_line(referral, told, names) for referral, told in read]
    lines.sort(key=lambda line: line.parcel.since.isoformat() if line.parcel.since else "~", reverse=True)
    return sorted(lines, key=lambda line: not line.is_left_to_do)


def _read(request: HttpRequest, referral: Referral, opened: OpenedOwner | None) -> _Told | None:
    """Read one of them; None when it cannot be opened, which is no other line's harm, and is in the log."""
    if opened is None:
        return None
    try:
        with doors.telling_forgeries(request, referral):
            answer = answer_in_words(opened.read(referral, "answer"))
            return _Told(traces_of(referral, opened), answer, asks_something(messages_of(referral, opened)))
    except (CannotOpen, UnknownFormat):
        return None


def _line(referral: Referral, told: _Told | None, names: Mapping[str, str]) -> Line:
    if told is None:
        return Line(referral, parcel_of(referral, [], side=UNIT, names={}), "", is_closed=True)
    return Line(referral, parcel_of(referral, told.traces, side=UNIT, names=names, asks=told.asks), told.answer)


def _event(referral: Referral, place: int, move: Any) -> timeline.Event:
    return timeline.Event(
        timeline.Kind.REFERRAL,
        move.what,
        moment(move.at),
        move.by,
        "",
        _("To: %(agency)s") % {"agency": referral.agency.name},
        "",
        move.at,
        move.at.date(),
        move.user,
        f"orientation-{referral.reference}-{place}",
        step=move.step,
    )
