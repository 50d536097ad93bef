"""Steps as a page takes them: locked, asked, saved, told in the case and in the log, committed."""

import time

from cases.models import Case, State
from cellule.accounts.acting import Acting, outside_a_browser
from cellule.accounts.fiction import act_as
from tests.factories import case_at

_kept: dict[str, Acting] = {}


def prepare(email: str, passphrase: str) -> str:
    """Open the vault of a lead, and a case of theirs in active support; gives its reference."""
    _kept["lead"] = act_as(email, passphrase)
    return case_at(State.ACTIVE, _kept["lead"]).reference


def moves(reference: str, times: int) -> list[float]:
    """Milliseconds of a step, to the follow-up and back, so many times; each as in a request of its own."""
    return [_moved(reference, "resume" if turn % 2 else "follow_up") for turn in range(times)]


def _moved(reference: str, step: str) -> float:
    lead = _kept["lead"]
    by = outside_a_browser(lead.user, lead.vault.identity)
    case = Case.objects.visible_to(by.user).telling_grants_of(by.user).get(reference=reference)
    start = time.perf_counter()
    getattr(case, step)(by=by)
    return (time.perf_counter() - start) * 1000
