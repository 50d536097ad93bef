"""One referral, at one address for both sides: here the agency's face of it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cellule.accounts.models import User
from cellule.accounts.roles import Permission
from cellule.notices.models import Notice
from cellule.steps import TooLate
from cellule.templatetags.typography import moment
from cellule.vault.packets import BeyondReach
from cellule.vault.rosters import RosterRefused
from cellule.vault.sealing import CannotOpen, UnknownFormat
from cellule.vault.unlocked import OpenedOwner, TurnIsDue
from referrals.contents import agreed_in_words, envelope_in_words, named
from referrals.doors import find_referral, open_agreed, open_envelope, telling_forgeries
from referrals.forms.answering import FORMS
from referrals.models import Referral
from referrals.models.codes import RUNNING, STOPPED, DeclineReason, Outcome, ReferralState
from referrals.models.packet import Answer, Trace, Words
from referrals.parcel import AGENCY, asks_something, called, messages_of, names_in, parcel_of, traces_of
from referrals.views.of_case import unit_page
from referrals.views.sides import for_both_sides


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
    except BeyondReach:
        referral.tell_lost(by=request.acting)
        return render(request, "referrals/referral_lost.html", {"referral": referral}, status=409)
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
    traces = traces_of(referral, opened)
    messages = messages_of(referral, opened)
    names = _colleagues(request.user, [*traces, *messages])
    offers = [offer for offer in referral.offers(request.user) if offer.step.name != "see"]
    return {
        "referral": referral,
        "parcel": parcel_of(referral, traces, side=AGENCY, names=names, asks=asks_something(messages)),
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
        "messages_written": [_message(referral, each, names) for each in messages],
    }


def _answer_in_words(answer: Answer | None) -> list[tuple[str, str]]:
    if answer is None:
        return []
    lines = [
        (_("Why"), named(DeclineReason, answer.reason)),
        (_("What came of it"), named(Outcome, answer.outcome)),
        (_("Your words"), answer.words),
    ]
    return [(question, words) for question, words in lines if words]


def _colleagues(user: User, told: Sequence[Trace | Words]) -> dict[str, str]:
    """The names of those of this person's side who have taken a step or written, by id."""
    others = [each for each in told if each.side == AGENCY and each.by != str(user.pk)]
    return {str(user.pk): user.name} | (names_in(others, AGENCY) if others else {})


def _message(referral: Referral, words: Words, names: dict[str, str]) -> tuple[str, str, str]:
    """A message as the page tells it: when, by whom, and its words."""
    by = names.get(words.by, "") if words.side == AGENCY else called(words.side, referral)
    return moment(datetime.fromisoformat(words.at)), by, words.words


def _read_notices(request: HttpRequest, referral: Referral) -> None:
    """What this person was told about this referral they have seen now."""
    Notice.objects.filter(recipient=request.user, reference=referral.reference).mark_read()
