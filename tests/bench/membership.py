"""People who leave and what opening costs: the members count, not the cases."""

import statistics
from typing import Any

from tests.bench import progress
from tests.bench.figures import Figure, median_figure, ratio_figure
from tests.bench.server import FEW_CASES, MANY_CASES, House
from tests.bench.sides import Side

REMOVE_GOAL, GROWTH_GOAL, UNLOCK_GOAL, LIST_GOAL = 250.0, 1.2, 1.0, 3.0
TURNS, TIMES = 20, 200
# As many leave as come in the turns: 100 on the average.
MEMBERS = 100 + TURNS // 2
WORK = "tests.bench.sealed.membership"


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give the milliseconds of a removal among 100 000 cases against 1 000, of an unlock, and of opening a list."""
    progress.say("Giving every case its keys, and the unit a hundred members ...")
    for side in (house.sealed, house.small):
        side.do(f"{WORK}:prepare", MEMBERS)
    unlocks, lists = (house.sealed.do(f"{WORK}:{name}", TIMES) for name in ("unlocks", "lists"))
    return [
        *_removals(house),
        median_figure(
            "unlock_ms", unlocks, unit="ms", goal=UNLOCK_GOAL, baseline="session row to the unit's root, one statement"
        ),
        median_figure(
            "list_50_open_ms", lists, unit="ms", goal=LIST_GOAL, baseline="cryptography alone: 50 keys, 50 records"
        ),
    ]


def _removals(house: House) -> list[Figure]:
    sides = (house.sealed, house.small)
    times: dict[Side, list[float]] = {side: [] for side in sides}
    for turn in progress.turns("remove_member_100k_ms", TURNS):
        for side in sides if turn % 2 else reversed(sides):
            times[side].append(side.do(f"{WORK}:removes"))
    many, few = (statistics.median(times[side]) for side in sides)
    told = f"of a group of 100 among {MANY_CASES} cases: {many:.1f} ms, among {FEW_CASES}: {few:.1f} ms"
    return [
        median_figure("remove_member_100k_ms", times[house.sealed], unit="ms", goal=REMOVE_GOAL, baseline=told),
        ratio_figure("remove_member_growth", *(times[side] for side in sides), goal=GROWTH_GOAL, baseline=told),
    ]
