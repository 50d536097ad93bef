"""The parcel line of a referral, in words, for either side: how far it is, whose move it is, since when, until when."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth import get_user_model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cellule.vault.unlocked import OpenedOwner
from referrals.models import Referral
from referrals.models.codes import RECEIVED, UNANSWERED
from referrals.models.codes import ReferralState as S
from referrals.models.packet import Trace, Words
from referrals.models.referral import READ_AGREED

UNIT, AGENCY = "unit", "agency"
# From the sending to the end, when all goes well; a referral that ended otherwise leaves it.
ROAD = (S.SENT, S.VIEWED, S.ACCEPTED, S.IN_SERVICE, S.COMPLETED)
# What the agency has read: its first look at the envelope, and the agreed part.
LOOKS = ("see", READ_AGREED)
# What each step and look is called for whoever reads of it.
STEPS: dict[str, str | Promise] = {step.name: step.action.label for step in Referral.steps()} | {
    READ_AGREED: gettext_lazy("Read what was agreed to be shared"),
}


class Turn(StrEnum):
    """Who has to do something now."""

    UNIT = UNIT
    AGENCY = AGENCY
    NOBODY = ""


@dataclass(frozen=True)
class Move:
    """One step that somebody has taken; `by`: a name of the reader's own side, or what the other side is called."""

    step: str
    what: str | Promise
    at: datetime.datetime
    by: str
    user: str


@dataclass(frozen=True)
class Parcel:
    """How far a referral is. `stages` as the state picture takes them; dates are Montréal's, or None.

    `until`: by when whoever's turn it is acts; `reminded_on`: when the house reminds the agency by itself.
    """

    stages: list[tuple[str | Promise, str]]
    turn: Turn
    says: str
    since: datetime.datetime | None
    until: datetime.date | None
    reminded_on: datetime.date | None
    moves: list[Move]

    @property
    def looks(self) -> list[Move]:
        """What the agency has read, and when, the first look first."""
        return [move for move in self.moves if move.step in LOOKS]


def traces_of(referral: Referral, opened: OpenedOwner) -> list[Trace]:
    """Give the traces of a referral in the order in which they were left; those of a list may be fetched before."""
    return sorted((opened.read(row, "trace") for row in referral.traces.all()), key=lambda trace: trace.at)


def messages_of(referral: Referral, opened: OpenedOwner) -> list[Words]:
    """Give what both sides have written, the oldest first; those of a list may be fetched before."""
    return sorted((opened.read(row, "words") for row in referral.messages.all()), key=lambda words: words.at)


def asks_something(messages: Sequence[Words]) -> bool:
    """Whether the agency wrote the last message."""
    return bool(messages) and messages[-1].side == AGENCY


def parcel_of(
    referral: Referral,
    traces: Sequence[Trace],
    *,
    side: str,
    names: Mapping[str, str],
    asks: bool = False,
) -> Parcel:
    """Say how far a referral is; `traces` as `traces_of` gives them, `names` of people by id.

    `asks`: whether the last message comes from the agency, so that the unit has a question to answer.
    """
    turn = _turn(referral, asks=asks)
    moves = [_move(trace, referral, side, names) for trace in traces]
    waits = referral.state in UNANSWERED
    return Parcel(
        _stages(referral, traces),
        turn,
        _says(referral, turn, side, asks=asks),
        moves[-1].at if moves else None,
        referral.due_on if waits else None,
        referral.due_on if waits and not referral.reminded else None,
        moves,
    )


def names_in(told: Sequence[Trace | Words], side: str) -> dict[str, str]:
    """The names of the people of one side who have taken a step or written, by id; one query."""
    wanted = {each.by for each in told if each.side == side}
    people = get_user_model()._default_manager.filter(pk__in=wanted).order_by()
    return {str(pk): name for pk, name in people.values_list("pk", "name")}


def _move(trace: Trace, referral: Referral, side: str, names: Mapping[str, str]) -> Move:
    by = names.get(trace.by, "") if trace.side == side else called(trace.side, referral)
    at = datetime.datetime.fromisoformat(trace.at)
    return Move(trace.step, STEPS.get(trace.step, trace.step), at, by, trace.by)


def called(side: str, referral: Referral) -> str:
    """What the people of one side are called for those of the other."""
    return _("The unit") if side == UNIT else referral.agency.name


def _stages(referral: Referral, traces: Sequence[Trace]) -> list[tuple[str | Promise, str]]:
    """The road with what is behind and ahead; of one that ended elsewhere only what it has passed, and where it is."""
    here = S(referral.state)
    road = (
        [S.DRAFT, *ROAD]
        if here == S.DRAFT
        else [S.ON_HOLD if (here, each) == (S.ON_HOLD, S.IN_SERVICE) else each for each in ROAD]
    )
    if here not in road:
        been = {trace.after for trace in traces if trace.step != READ_AGREED}
        return [*((each.label, "done") for each in ROAD if each in been), (here.label, "current")]
    place = road.index(here)
    words = ["done" if each < place else "current" if each == place else "to_come" for each in range(len(road))]
    return [(each.label, word) for each, word in zip(road, words, strict=True)]


def _turn(referral: Referral, *, asks: bool) -> Turn:
    state = referral.state
    if state == S.DRAFT or not referral.settled:
        return Turn.UNIT
    if state in UNANSWERED:
        return Turn.UNIT if asks else Turn.AGENCY
    return Turn.AGENCY if state in RECEIVED or referral.stop_due else Turn.NOBODY


def _says(referral: Referral, turn: Turn, side: str, *, asks: bool) -> str:
    """Whose move it is, and which, in one sentence for the reader."""
    state, mine = S(referral.state), turn == side
    if turn == Turn.NOBODY:
        return _("Nobody has anything left to do.")
    if state == S.DRAFT:
        return _("It is still being prepared: nothing has been sent.")
    if not referral.settled:
        return _("Your turn: say what comes next.") if mine else _("It is the unit’s turn: it decides what comes next.")
    if referral.stop_due:
        return (
            _("Your turn: confirm that you have stopped using it.")
            if mine
            else _("It is the agency’s turn: it confirms that it has stopped using what it had received.")
        )
    if asks and turn == Turn.UNIT:
        return (
            _("Your turn: the agency asks something.")
            if mine
            else _("It is the unit’s turn: it answers your question.")
        )
    if state in UNANSWERED:
        return (
            _("It is your move: accept it, decline it, or ask the unit a question.")
            if mine
            else _("It is the agency’s turn: it accepts, declines or asks.")
        )
    if state == S.ACCEPTED:
        return (
            _("It is your move: reach the person in the way written below, then say so here.")
            if mine
            else _("It is the agency’s turn: it begins the service.")
        )
    if state == S.ON_HOLD:
        return (
            _("It is your move: go on as soon as you can.")
            if mine
            else _("It is the agency’s turn: it goes on with the service.")
        )
    return (
        _("It is your move: when the service is over, say what came of it.")
        if mine
        else _("It is the agency’s turn: it says when the service is done.")
    )
