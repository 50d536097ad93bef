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
from cellule.vault.unlocked import OpenedOwner
from referrals import doors
from referrals.contents import named
from referrals.models import Referral
from referrals.models.codes import DeclineReason, Outcome
from referrals.models.codes import ReferralState as S
from referrals.models.packet import Answer, Trace
from referrals.parcel import UNIT, Parcel, names_in, parcel_of, traces_of

_MEMO = "_referrals_opened"


@dataclass(frozen=True)
class Line:
    """One referral as the panel shows it, without what was told or written; `answer`: by the agency's codes."""

    referral: Referral
    parcel: Parcel
    answer: str

    @property
    def is_left_to_do(self) -> bool:
        """Whether somebody of the unit has to say what comes next."""
        return not self.referral.settled

    @property
    def asks_for_another(self) -> bool:
        """Whether another agency has to be found, or only an end to be noted."""
        return self.is_left_to_do and self.referral.state != S.COMPLETED


def lines_of(request: HttpRequest, case: Case) -> list[Line]:
    """Give the referrals of a case, those with something left to do first, then the latest; Http404, PermissionDenied."""
    referrals, opened = _opened(request, case)
    traces = {referral.pk: traces_of(referral, opened[referral.pk]) for referral in referrals}
    names = names_in([trace for each in traces.values() for trace in each], UNIT)
    lines = [_line(referral, opened[referral.pk], traces[referral.pk], names) for referral in referrals]
    lines.sort(key=lambda line: line.parcel.since.isoformat() if line.parcel.since else "~", reverse=True)
    return sorted(lines, key=lambda line: not line.is_left_to_do)


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


def _opened(request: HttpRequest, case: Case) -> tuple[list[Referral], Mapping[Any, OpenedOwner]]:
    """Open them once for one request, however many parts of its page tell of them; nothing is written for none."""
    known: dict[Any, Any] = request.__dict__.setdefault(_MEMO, {})
    if case.pk not in known:
        found = Referral.objects.visible_to(request.user).filter(case=case)
        referrals = list(found.select_related("agency", "service", "consent").prefetch_related("traces", "messages"))
        for referral in referrals:
            # What ties the reader to the case was asked already.
            referral.case = case
        opened = doors.open_referrals(request, referrals) if referrals else {}
        known[case.pk] = [each for each in referrals if each.pk in opened], opened
    return known[case.pk]


def _line(referral: Referral, opened: OpenedOwner, traces: list[Trace], names: Mapping[str, str]) -> Line:
    parcel = parcel_of(referral, traces, side=UNIT, names=names, asks=asks_something(referral, opened))
    return Line(referral, parcel, answer_in_words(opened.read(referral, "answer")))


def asks_something(referral: Referral, opened: OpenedOwner) -> bool:
    """Whether the agency wrote the last message."""
    messages = list(referral.messages.all())
    return bool(messages) and max(messages, key=lambda row: opened.read(row, "words").at).from_agency


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
