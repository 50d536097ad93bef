"""Whatever happens in whatever order: a case is open in an emergency exactly while it may be, and exactly as agreed."""

import contextlib

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import BreakGlass, Case, GlassState, State
from cases.policies import may_add_note, may_look_in_emergency, may_read, may_read_in_emergency, may_reveal
from cases.tasks import end_emergencies
from cellule.accounts.acting import Acting
from cellule.jobs.models import Job
from cellule.steps import TooLate
from tests.cases.emergencies import asked, passed
from tests.factories import case_at, take
from tests.people import acting

ACTS = (
    "ask",
    "ask for the rest",
    "agree",
    "refuse",
    "end",
    "an hour",
    "four hours",
    "tidy",
    "circle",
    "lift",
    "assign",
)
_REFUSED = (PermissionDenied, Http404, TooLate)


class Undone(Exception):
    """One example is over; the next begins from the same cases."""


class Told:
    """What should be open to Joaquín, by the words of the specification: minutes left, whether agreed, where the keys are."""

    def __init__(self) -> None:
        self.left, self.agreed, self.waits, self.in_circle, self.is_lead = 0, False, False, False, False

    def hear(self, act: str) -> None:
        is_open = self.left > 0
        match act:
            case "ask" if not (is_open or self.in_circle or self.is_lead):
                self.left, self.agreed, self.waits = 240, False, False
            case "ask for the rest" if is_open and not self.agreed:
                self.waits = True
            # Omar is outside the circle.
            case "agree" if is_open and self.waits and not self.in_circle:
                self.agreed, self.waits = True, False
            case "refuse" if is_open and self.waits and not self.in_circle:
                self.waits = False
            case "end":
                self.left = 0
            case "an hour" | "four hours":
                self.left = max(self.left - (60 if act == "an hour" else 240), 0)
            # Who leads no more asks for no circle.
            case "circle" if not self.is_lead:
                self.in_circle = True
            case "lift":
                self.in_circle = False
            case "assign" if not self.in_circle:
                self.is_lead = True

    @property
    def opens(self) -> tuple[bool, bool]:
        """What is ordinary, and the rest, by the emergency alone."""
        is_open = self.left > 0 and not self.in_circle and not self.is_lead
        return is_open, is_open and self.agreed


class Scene:
    """Claire's case and another one; Joaquín asks, Mireille and Omar supervise."""

    def __init__(self) -> None:
        self.claire, self.joaquin = acting("claire"), acting("joaquin")
        self.mireille, self.omar = acting("mireille"), acting("omar")
        self.case, self.other = case_at(State.ACTIVE, self.claire), case_at(State.ACTIVE, self.claire)

    def do(self, act: str) -> None:
        """Do it as a page would; what is refused changes nothing."""
        for person in (self.claire, self.joaquin, self.mireille, self.omar):
            person.vault.forget()
        case = Case.objects.get(pk=self.case.pk)
        with contextlib.suppress(*_REFUSED), transaction.atomic():
            self._do(act, case)

    def _do(self, act: str, case: Case) -> None:
        running = BreakGlass.objects.filter(case=case, state=GlassState.ACTIVE).first()
        on_running = {"ask for the rest": "ask_secret", "agree": "agree", "refuse": "refuse", "end": "end"}
        if act in on_running and running is not None:
            by = self.joaquin if act in ("ask for the rest", "end") else self.omar
            getattr(running, on_running[act])(by=by)
        elif act == "ask":
            asked(case, self.joaquin)
        elif act in ("an hour", "four hours") and running is not None:
            passed(running, hours=1 if act == "an hour" else 4)
        elif act == "tidy":
            end_emergencies(Job())
        elif act == "circle":
            take(case, "ask_circle", self.claire, people=[self.claire.user, self.mireille.user])
            take(case, "approve_circle", self.mireille)
        elif act == "lift":
            take(case, "ask_lift", self.claire)
            take(case, "approve_lift", self.mireille)
        elif act == "assign":
            take(case, "assign", self.mireille, to=self.joaquin.user)

    def opens(self, case: Case) -> tuple[bool, bool]:
        case = Case.objects.get(pk=case.pk)
        return may_look_in_emergency(case, self.joaquin.user), may_read_in_emergency(case, self.joaquin.user)


def _is_allowed_alike(case: Case, person: Acting, opens: tuple[bool, bool]) -> bool:
    """A note goes with what is ordinary, a reveal with the rest; who works on the case has both anyhow."""
    works = may_read(case, person.user)
    return (may_add_note(case, person.user), may_reveal(case, person.user)) == (works or opens[0], works or opens[1])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(ACTS), min_size=2, max_size=8))
def test_case_is_open_exactly_while_it_may_be(db, acts):
    with contextlib.suppress(Undone), transaction.atomic():
        scene, told = Scene(), Told()
        for act in ["ask", *acts]:
            scene.do(act)
            told.hear(act)
            case = Case.objects.get(pk=scene.case.pk)

            assert scene.opens(case) == told.opens, f"after {act}"
            assert scene.opens(scene.other) == (False, False)
            assert not Case.objects.visible_to(scene.joaquin.user).filter(pk=case.pk).exists() or told.is_lead
            assert _is_allowed_alike(case, scene.joaquin, told.opens)
        raise Undone
