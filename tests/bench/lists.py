"""Lists: as quick with 100 000 cases in the table as with 1 000, and asked for as one would by hand."""

import statistics
from typing import Any

from tests.bench import progress
from tests.bench.figures import Figure, ratio_figure
from tests.bench.server import MANY_CASES, House
from tests.bench.sides import Side

GROWTH_GOAL, BY_HAND_GOAL = 1.2, 1.3
TURNS, IN_A_TURN = 60, 5
WARM_UP = 20
# By whose list: of 50 cases, of 2 000, of the whole unit.
LISTS = {"visible_to_ratio": "claire", "visible_to_2000_ratio": "joaquin", "visible_to_unit_ratio": "mireille"}


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give the growth of a list of 50 cases, and each list's statement against one written by hand."""
    return [_growth(house, world), *(_by_hand(house, name, person) for name, person in LISTS.items())]


def _growth(house: House, world: dict[str, Any]) -> Figure:
    sides = (house.sealed, house.small)
    times: dict[Side, list[float]] = {side: [] for side in sides}
    for side in sides:
        side.do("tests.bench.visits:sign_in", *world["signs_in"])
        side.do("tests.bench.visits:gets", "/dossiers/", WARM_UP)
    for turn in progress.turns("list_growth_1k_100k", TURNS):
        for side in sides if turn % 2 else reversed(sides):
            times[side].append(statistics.median(side.do("tests.bench.visits:gets", "/dossiers/", IN_A_TURN)))
    many, few = (f"{1000 * statistics.median(times[side]):.2f} ms" for side in sides)
    baseline = f"the same list among 1 000 cases: {few} (here, among {MANY_CASES}: {many})"
    return ratio_figure("list_growth_1k_100k", *(times[side] for side in sides), goal=GROWTH_GOAL, baseline=baseline)


def _by_hand(house: House, name: str, person: str) -> Figure:
    work = "tests.bench.sealed.visible:rounds"
    house.sealed.do(work, person, WARM_UP)
    rounds = [each for _ in progress.turns(name, TURNS) for each in house.sealed.do(work, person, IN_A_TURN)]
    by_hand, ours, objects = zip(*rounds, strict=True)
    hand, own, whole = (statistics.median(times) for times in (by_hand, ours, objects))
    baseline = f"written by hand: {hand:.2f} ms (here: {own:.2f} ms; composed, and as objects: {whole:.2f} ms)"
    return ratio_figure(name, ours, by_hand, goal=BY_HAND_GOAL, baseline=baseline)
