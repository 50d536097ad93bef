"""The auditors' list over millions of entries: how long every combination of its filters takes at most."""

import statistics
from typing import Any

from tests.bench import progress
from tests.bench.figures import Figure
from tests.bench.server import House

ENTRIES, GOAL = 5_000_000, 300.0
IN_A_TURN = 50
_PAGE = "/audit/journal/"


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give the slow end (p95) of the whole page, asked once with each combination of filters."""
    progress.say(f"Filling the log with {ENTRIES} entries ...")
    with house.log_owner() as owner:
        owner.do("tests.bench.sealed.filters:fill", ENTRIES)
        questions = owner.do("tests.bench.sealed.filters:questions")
    house.log.do("tests.bench.visits:sign_in", *world["reviews"])
    taken: list[float] = []
    for turn in progress.turns("log_filter_5m_p95_ms", -(-len(questions) // IN_A_TURN)):
        asked = questions[turn * IN_A_TURN : (turn + 1) * IN_A_TURN]
        taken += [1000 * seconds for seconds in house.log.do("tests.bench.visits:asks", _PAGE, asked)]
    low, middle, high = statistics.quantiles(taken, n=4, method="inclusive")
    p95 = statistics.quantiles(taken, n=20, method="inclusive")[-1]
    slowest = max(zip(taken, map(str, questions), strict=True))
    baseline = f"{len(taken)} combinations, median {middle:.0f} ms, slowest {slowest[0]:.0f} ms: {slowest[1]}"
    return [Figure("log_filter_5m_p95_ms", p95, "ms", GOAL, baseline, low, high)]
