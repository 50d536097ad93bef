"""The search: among so many sealed people in blocks, against opening card by card; and what it holds in memory."""

import statistics
from typing import Any

from tests.bench import progress
from tests.bench.figures import Figure, ratio_figure
from tests.bench.server import House
from tests.bench.sides import Side

# How many people, what p95 may be in milliseconds, and how many turns of searches are timed.
FEW, MANY, MOST = ("10k", 10_000, 25, 20), ("50k", 50_000, 80, 12), ("200k", 200_000, 350, 8)
IN_A_TURN, BY_CARD_TURNS = 5, 5
_WORK = "tests.bench.sealed.people"


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give the slow end (p95) of a search among 10 000, 50 000 and 200 000, and the other figures at 50 000."""
    side = house.sealed
    side.do(f"{_WORK}:prepare", *world["supervises"])
    figures = [_p95(side, *FEW), _p95(side, *MANY), _memory(side), _against_cards(side)]
    return [*figures, _p95(side, *MOST)]


def _p95(side: Side, size: str, people: int, goal: float, turns: int) -> Figure:
    name = f"search_{size}_p95_ms"
    progress.say(f"Sealing {people} people ...")
    if (there := side.do(f"{_WORK}:fill", people)) < people:
        raise RuntimeError(f"only {there} people are there")
    side.do(f"{_WORK}:searches", IN_A_TURN)
    taken: list[float] = []
    for _ in progress.turns(name, turns):
        taken += side.do(f"{_WORK}:searches", IN_A_TURN)
    low, middle, high = statistics.quantiles(taken, n=4, method="inclusive")
    p95 = statistics.quantiles(taken, n=20, method="inclusive")[-1]
    return Figure(name, p95, "ms", goal, f"median {middle:.1f} ms, {there} people", low, high)


def _memory(side: Side) -> Figure:
    before, after = side.do(f"{_WORK}:memory", 4 * IN_A_TURN)
    return Figure("search_50k_rss_mb", after, "MiB", None, f"before the searches: {before:.0f} MiB", before, after)


def _against_cards(side: Side) -> Figure:
    packed, singly = [], []
    for _ in progress.turns("search_50k_vs_cards", BY_CARD_TURNS):
        packed.append(statistics.median(side.do(f"{_WORK}:searches", IN_A_TURN)))
        singly.append(side.do(f"{_WORK}:card_by_card"))
    baseline = f"card by card: {statistics.median(singly):.0f} ms (in blocks: {statistics.median(packed):.1f} ms)"
    return ratio_figure("search_50k_vs_cards", packed, singly, goal=None, baseline=baseline)
