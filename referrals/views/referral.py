"""One referral, at one address for both sides: here the agency's face of it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cellule.accounts.models import User
from cellule.accounts.roles import Permission
from cellule.notices.models import Notice
from cellule.steps import TooLate
from cellule.templatetags.typography import moment
from cellule.vault.rosters import RosterRefused
from cellule.vault.sealing import CannotOpen, UnknownFormat
from cellule.vault.unlocked import OpenedOwner, TurnIsDue
from referrals import actions
from referrals.contents import agreed_in_words, envelope_in_words, named
from referrals.doors import find_referral, open_agreed, open_envelope, telling_forgeries
from referrals.forms.answering import FORMS
from referrals.models import Referral
from referrals.models.codes import RUNNING, STOPPED, UNANSWERED, DeclineReason, Outcome, ReferralState
from referrals.models.packet import Answer, Trace, Words
from referrals.models.referral import READ_AGREED
from referrals.views.of_case import unit_page
from referrals.views.sides import for_both_sides

# The road of a referral that goes well; the last stages may have another name.
ROAD = (
    ReferralState.SENT,
    ReferralState.VIEWED,
    ReferralState.ACCEPTED,
    ReferralState.IN_SERVICE,
    ReferralState.COMPLETED,
)
_INSTEAD = {ReferralState.ON_HOLD: ReferralState.IN_SERVICE, ReferralState.NOT_DELIVERED: ReferralState.COMPLETED}
_TOLD = {step.name: step.action.label for step in Referral.steps()} | {READ_AGREED: actions.AGREED_OPENED.label}


@dataclass(frozen=True)
class Event:
    """A step or a message as the page tells it."""

    title: Promise | str
    when: str
    by: str
    text: str = ""


@for_both_sides
@require_safe
def referral(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a referral as far as this person's side may read it; an agency's first look is a step, and is told."""
    found = find_referral(request, reference)
    if request.user.has_perm(Permission.WORK_CASES):
        return unit_page(request, found)
    return _agency_page(request, found)


def _agency_page(request: HttpRequest, referral: Referral) -> HttpResponse:
    if referral.state in STOPPED:
        _read_notices(request, referral)
        return render(request, "referrals/referral_stopped.html", {"referral": referral})
    try:
        opened = _look(request, referral)
        with telling_forgeries(request, referral):
            context = _told(request, referral, opened)
    except TurnIsDue:
        # It runs on, and that the agency has read it cannot be written down yet.
        raise
    except TooLate:
        if not referral.has_been_received:
            # As if it had been tidied up already.
            raise Http404 from None
        return render(request, "referrals/referral_over.html", {"referral": referral})
    except (CannotOpen, UnknownFormat, RosterRefused):
        return render(request, "referrals/referral_forged.html", {"referral": referral}, status=409)
    _read_notices(request, referral)
    return render(request, "referrals/referral.html", context)


def _look(request: HttpRequest, referral: Referral) -> OpenedOwner:
    """Open what was sent, once the signature has been checked; then tell the unit of the first look."""
    opened = (open_agreed if referral.has_been_received else open_envelope)(request, referral)
    if referral.state == ReferralState.SENT:
        with suppress(TooLate):
            # A colleague may have looked a moment before.
            referral.see(by=request.acting)
    return opened


def _told(request: HttpRequest, referral: Referral, opened: OpenedOwner) -> dict[str, Any]:
    """What the page shows: all of it was opened under the entry just written."""
    traces: list[Trace] = [opened.read(row, "trace") for row in referral.traces.all()]
    messages: list[Words] = [opened.read(row, "words") for row in referral.messages.all()]
    names = _names(request.user, [each.by for each in (*traces, *messages)])
    offers = [offer for offer in referral.offers(request.user) if offer.step.name != "see"]
    return {
        "referral": referral,
        "stages": stages_of(referral),
        "move": _move(referral),
        "envelope": envelope_in_words(opened.read(referral, "envelope")),
        "agreed": agreed_in_words(opened.read(referral, "agreed")) if referral.has_been_received else [],
        "answer": _answer_in_words(opened.read(referral, "answer")),
        "steps": [
            (
                offer.step.label,
                reverse("referrals:step", args=[referral.reference, offer.step.slug]),
                offer.step.name in FORMS,
                offer.step.name in {"accept", "begin_service"},
            )
            for offer in offers
            if not offer.missing
        ],
        "refused": [(offer.step.label, list(offer.missing)) for offer in offers if offer.missing],
        "may_write": referral.state in RUNNING,
        "messages_written": _events(messages, names, lambda each: _("Message"), lambda each: each.words),
        "events": _events(traces, names, lambda each: _TOLD.get(each.step, each.step), lambda each: "")[::-1],
    }


def stages_of(referral: Referral) -> list[tuple[Promise | str, str]]:
    """How far a referral has come: pairs of a stage's name and done, current or to_come."""
    here = ReferralState(referral.state)
    place = ROAD.index(_INSTEAD.get(here, here))
    is_over = place == len(ROAD) - 1
    return [
        (
            here.label if number == place else stage.label,
            "done" if number < place or is_over else "current" if number == place else "to_come",
        )
        for number, stage in enumerate(ROAD)
    ]


def _move(referral: Referral) -> str:
    """Whose move it is, in a sentence."""
    if referral.state in UNANSWERED:
        return _("It is your move: accept it, decline it, or ask the unit a question.")
    return {
        ReferralState.ACCEPTED: _("It is your move: reach the person in the way written below, then say so here."),
        ReferralState.ON_HOLD: _("It is your move: go on as soon as you can."),
        ReferralState.IN_SERVICE: _("It is your move: when the service is over, say what came of it."),
    }.get(referral.state, _("It is the unit’s move: it has your answer."))


def _answer_in_words(answer: Answer | None) -> list[tuple[str, str]]:
    if answer is None:
        return []
    lines = [
        (_("Why"), named(DeclineReason, answer.reason)),
        (_("What came of it"), named(Outcome, answer.outcome)),
        (_("Your words"), answer.words),
    ]
    return [(question, words) for question, words in lines if words]


def _names(user: User, ids: Sequence[str]) -> dict[str, str]:
    """The names of this person's own colleagues; who acted for the unit is the unit."""
    colleagues = User.objects.filter(organisation=user.organisation_id, pk__in=set(ids))
    return {str(each.pk): each.name for each in colleagues}


def _events(told: Sequence[Any], names: dict[str, str], title: Any, text: Any) -> list[Event]:
    """In the order in which they happened."""
    return [
        Event(title(each), moment(datetime.fromisoformat(each.at)), names.get(each.by, _("the unit")), text(each))
        for each in sorted(told, key=lambda each: each.at)
    ]


def _read_notices(request: HttpRequest, referral: Referral) -> None:
    """What this person was told about this referral they have seen now."""
    Notice.objects.unread(request.user).filter(reference=referral.reference).mark_read()
