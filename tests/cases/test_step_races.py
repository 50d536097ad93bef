"""Two people at the same moment: one is first, the other is answered as if it had happened before they began.

Each pair is tried in both orders, with the second act begun while the first is done and not yet kept: it waits for the
row, and then goes by what it finds.
"""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import connections

from audit.log.models import Entry
from cases.models import Case, Need, State
from cases.models.codes import NeedState, RiskLevel
from cellule.accounts.acting import Acting
from tests.factories import assess, case_at, need, take
from tests.people import acting
from tests.races import answer_of, one_after_the_other

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Scene:
    """A case and its people; each act works on a copy of the row as its own page had read it."""

    case: Case
    people: dict[str, Acting]

    def step(self, who: str, name: str, *, to: str = "", on_this_page: bool = False) -> Callable[[], None]:
        told = {"to": self.people[to].user} if to else {}
        if on_this_page:
            told["version"] = self.case.version
        record = Case.objects.get(pk=self.case.pk)
        return lambda: take(record, name, self.people[who], **told)

    def note(self, who: str) -> Callable[[], object]:
        case = Case.objects.get(pk=self.case.pk)
        return lambda: case.add_note(by=self.people[who], row_id=uuid.uuid4(), body="Elle a rappelé.")

    def risk(self, who: str) -> Callable[[], object]:
        case = Case.objects.get(pk=self.case.pk)
        return lambda: assess(case, self.people[who], RiskLevel.HIGH)

    def need_step(self, who: str, name: str) -> Callable[[], None]:
        kept = Need.objects.get(case=self.case)
        return lambda: take(kept, name, self.people[who])

    def stands(self) -> dict[str, object]:
        """How the case stands for everybody now."""
        case = Case.objects.get(pk=self.case.pk)
        return {
            "state": case.state,
            "leads": sorted(user.name.split()[0] for user in case.leads()),
            "shared": sorted(user.name.split()[0] for user in case.shared_with()),
            "settled": case.risk_settled,
            "proposed": case.closing_proposed_by is not None,
            "notes": case.notes.count(),
            "needs": list(case.needs.values_list("state", flat=True)),
        }


@pytest.fixture
def people() -> dict[str, Acting]:
    return {name: acting(name) for name in ("claire", "joaquin", "mireille", "omar")}


@pytest.fixture
def scene(people):
    """A case of Claire's at this stage, with what she has done since."""

    def made(state: State, *acts: Callable[[Case, Acting], object], shared: bool = False) -> Scene:
        case = case_at(state, people["claire"], shared_with=people["joaquin"] if shared else None)
        for act in acts:
            act(case, people["claire"])
        return Scene(Case.objects.get(pk=case.pk), people)

    return made


def _proposed(case: Case, lead: Acting) -> None:
    take(case, "propose_closing", lead)


def _grave(case: Case, lead: Acting) -> None:
    assess(case, lead, RiskLevel.HIGH)


def _urgent_need_met(case: Case, lead: Acting) -> None:
    take(need(case, lead, urgent=True), "meet", lead)


def _done_since(before: int) -> int:
    return Entry.objects.filter(outcome="done").count() - before


@dataclass(frozen=True)
class Race:
    """Two acts on a case; by who was first: what the second is told, and what stands then (of what may differ)."""

    state: State
    made: tuple[Callable[[Case, Acting], object], ...]
    one: Callable[[Scene], Callable[[], object]]
    other: Callable[[Scene], Callable[[], object]]
    one_first: tuple[str, dict[str, object]]
    other_first: tuple[str, dict[str, object]]
    shared: bool = False


RACES = {
    "the same step in two windows": Race(
        State.ACTIVE,
        (),
        lambda scene: scene.step("claire", "follow_up"),
        lambda scene: scene.step("claire", "follow_up"),
        ("409", {"state": "follow_up"}),
        ("409", {"state": "follow_up"}),
    ),
    "two supervisors close": Race(
        State.ACTIVE,
        (_proposed,),
        lambda scene: scene.step("mireille", "close"),
        lambda scene: scene.step("omar", "close"),
        ("409", {"state": "closed"}),
        ("409", {"state": "closed"}),
    ),
    "close, or decline to": Race(
        State.ACTIVE,
        (_proposed,),
        lambda scene: scene.step("mireille", "close"),
        lambda scene: scene.step("omar", "decline_closing"),
        ("409", {"state": "closed"}),
        ("409", {"state": "active", "proposed": False}),
    ),
    "close, or take the proposal back": Race(
        State.ACTIVE,
        (_proposed,),
        lambda scene: scene.step("mireille", "close"),
        lambda scene: scene.step("claire", "withdraw_closing"),
        ("409", {"state": "closed", "proposed": True}),
        ("409", {"state": "active", "proposed": False}),
    ),
    "close, and a note": Race(
        State.ACTIVE,
        (_proposed,),
        lambda scene: scene.step("mireille", "close"),
        lambda scene: scene.note("claire"),
        ("403", {"state": "closed", "notes": 0}),
        ("done", {"state": "closed", "notes": 1}),
    ),
    "assign, or hand over": Race(
        State.ACTIVE,
        (),
        lambda scene: scene.step("mireille", "assign", to="joaquin"),
        lambda scene: scene.step("claire", "hand_over", to="omar"),
        ("404", {"leads": ["Joaquín"]}),
        ("done", {"leads": ["Joaquín"]}),
    ),
    "assign, or hand over, as the page was": Race(
        State.ACTIVE,
        (),
        lambda scene: scene.step("mireille", "assign", to="joaquin", on_this_page=True),
        lambda scene: scene.step("claire", "hand_over", to="omar", on_this_page=True),
        ("404", {"leads": ["Joaquín"]}),
        ("409", {"leads": ["Omar"]}),
    ),
    "two supervisors assign": Race(
        State.ACTIVE,
        (),
        lambda scene: scene.step("mireille", "assign", to="joaquin"),
        lambda scene: scene.step("omar", "assign", to="joaquin"),
        ("409", {"leads": ["Joaquín"]}),
        ("409", {"leads": ["Joaquín"]}),
    ),
    "hand over, and a note of who led": Race(
        State.ACTIVE,
        (),
        lambda scene: scene.step("claire", "hand_over", to="joaquin"),
        lambda scene: scene.note("claire"),
        ("403", {"leads": ["Joaquín"], "notes": 0}),
        ("done", {"leads": ["Joaquín"], "notes": 1}),
    ),
    "end a share, and a note of who shared": Race(
        State.ACTIVE,
        (),
        lambda scene: scene.step("claire", "end_sharing", to="joaquin"),
        lambda scene: scene.note("joaquin"),
        ("403", {"shared": [], "notes": 0}),
        ("done", {"shared": [], "notes": 1}),
        shared=True,
    ),
    "share with the same colleague twice": Race(
        State.ACTIVE,
        (),
        lambda scene: scene.step("claire", "share", to="joaquin"),
        lambda scene: scene.step("mireille", "share", to="joaquin"),
        ("409", {"shared": ["Joaquín"]}),
        ("409", {"shared": ["Joaquín"]}),
    ),
    "end a share twice": Race(
        State.ACTIVE,
        (),
        lambda scene: scene.step("claire", "end_sharing", to="joaquin"),
        lambda scene: scene.step("mireille", "end_sharing", to="joaquin"),
        ("409", {"shared": []}),
        ("409", {"shared": []}),
        shared=True,
    ),
    "share with, and hand over to, the same colleague": Race(
        State.ACTIVE,
        (),
        lambda scene: scene.step("mireille", "share", to="joaquin"),
        lambda scene: scene.step("claire", "hand_over", to="joaquin"),
        ("done", {"leads": ["Joaquín"], "shared": []}),
        ("409", {"leads": ["Joaquín"], "shared": []}),
    ),
    "countersign what was read, and assess anew": Race(
        State.ASSESSMENT,
        (_grave,),
        lambda scene: scene.step("mireille", "countersign", on_this_page=True),
        lambda scene: scene.risk("claire"),
        ("done", {"settled": False}),
        ("409", {"settled": False}),
    ),
    "two supervisors countersign": Race(
        State.ASSESSMENT,
        (_grave,),
        lambda scene: scene.step("mireille", "countersign"),
        lambda scene: scene.step("omar", "countersign"),
        ("409", {"settled": True}),
        ("409", {"settled": True}),
    ),
    "an urgent need is back, and the follow-up": Race(
        State.ACTIVE,
        (_urgent_need_met,),
        lambda scene: scene.need_step("claire", "come_back"),
        lambda scene: scene.step("claire", "follow_up"),
        ("409", {"state": "active", "needs": [NeedState.OPEN]}),
        ("done", {"state": "follow_up", "needs": [NeedState.OPEN]}),
    ),
    "a need is met, or dropped": Race(
        State.ACTIVE,
        (need,),
        lambda scene: scene.need_step("claire", "meet"),
        lambda scene: scene.need_step("joaquin", "drop"),
        ("409", {"needs": [NeedState.MET]}),
        ("409", {"needs": [NeedState.DROPPED]}),
        shared=True,
    ),
}


@pytest.mark.parametrize("one_is_first", [True, False], ids=["one first", "other first"])
@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_who_comes_second_is_answered_as_if_they_had_come_later(scene, race, one_is_first):
    played = scene(race.state, *race.made, shared=race.shared)
    acts = race.one(played), race.other(played)
    first, second = acts if one_is_first else reversed(acts)
    expected, stands = race.one_first if one_is_first else race.other_first
    before = Entry.objects.filter(outcome="done").count()

    answers = one_after_the_other(first, second)

    assert answers == ("done", expected)
    found = played.stands()
    assert {name: found[name] for name in stands} == stands
    # What was done is in the log once, what was refused is not in it as done.
    assert _done_since(before) == answers.count("done")


def test_share_that_waited_for_the_end_of_another_is_a_new_one(scene):
    played = scene(State.ACTIVE, shared=True)
    ended = played.step("mireille", "end_sharing", to="joaquin")
    shared = played.step("claire", "share", to="joaquin")

    answers = one_after_the_other(ended, shared)

    assert (answers, played.stands()["shared"]) == (("done", "done"), ["Joaquín"])


@pytest.mark.parametrize(
    "race",
    [
        "two supervisors close",
        "a need is met, or dropped",
        "the same step in two windows",
        "share with the same colleague twice",
    ],
)
def test_at_the_very_same_moment_exactly_one_is_first(scene, race):
    race = RACES[race]
    played, together, answers = scene(race.state, *race.made, shared=race.shared), threading.Barrier(2), []
    before = Entry.objects.filter(outcome="done").count()

    def run(act: Callable[[], object]) -> None:
        together.wait()
        answers.append(answer_of(act))
        connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in (race.one(played), race.other(played))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["409", "done"]
    found = played.stands()
    ends = [{**found, **stands} for _, stands in (race.one_first, race.other_first)]
    assert found in ends
    assert _done_since(before) == 1
