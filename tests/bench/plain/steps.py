"""What a lead may do with an active case, and what has to be seen to first; and the bare change of a stage."""

import time
from dataclasses import dataclass
from types import SimpleNamespace

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tests.bench.plain.codes import State
from tests.bench.plain.models import Case, Need

# Label, part of its address, whether it asks something first.
FOLLOW_UP = (_("Go on to the follow-up"), "passer-au-suivi", False)
ANY_TIME = [
    (_("Propose to close the case"), "proposer-fermeture", True),
    (_("Hand over to a colleague"), "transmettre", True),
    (_("Share with a colleague"), "partager", True),
]
URGENT = _("An urgent need is still open: note that it is met, or not asked for.")
OF_A_NEED = {
    True: [(_("It is met"), "comble"), (_("No longer asked for"), "abandonne")],
    False: [(_("It is needed again"), "de-retour")],
}


@dataclass(frozen=True)
class Button:
    text: Promise
    href: str
    asks: bool


@dataclass(frozen=True)
class Steps:
    buttons: list[Button]
    refused: list[tuple[Promise, list[Promise]]]


def steps_of(case: Case) -> Steps:
    is_urgent = case.needs.filter(is_open=True, urgent=True).exists()
    possible = ANY_TIME if is_urgent else [FOLLOW_UP, *ANY_TIME]
    buttons = [Button(text, reverse("cases:step", args=[case.reference, slug]), asks) for text, slug, asks in possible]
    return Steps(buttons, [(FOLLOW_UP[0], [URGENT])] if is_urgent else [])


def steps_of_need(need: Need) -> list[SimpleNamespace]:
    return [SimpleNamespace(label=label, slug=slug) for label, slug in OF_A_NEED[need.is_open]]


def moves(reference: str, times: int) -> list[float]:
    """Milliseconds of setting the stage of a case, so many times, each committed."""
    return [_moved(reference, State.ACTIVE if turn % 2 else State.FOLLOW_UP) for turn in range(times)]


def _moved(reference: str, to: State) -> float:
    start = time.perf_counter()
    with transaction.atomic():
        Case.objects.filter(reference=reference).update(state=to, version=F("version") + 1)
    return (time.perf_counter() - start) * 1000
