"""The log: what an entry adds to a read, committed to the disk before anything is shown."""

import statistics
from typing import Any

from tests.bench import filters, progress, tree, writers
from tests.bench.figures import Figure, median_figure
from tests.bench.server import House

GOAL = 0.5
TURNS, IN_A_TURN = 20, 50


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give the added milliseconds of a logged read, what many writers lose by it, and the figures of the tree."""
    work, reference = "tests.bench.sealed.entries:reads", world["cases"][0]["reference"]
    house.sealed.do(work, reference, IN_A_TURN)
    pairs = [
        pair for _ in progress.turns("log_entry_ms", TURNS) for pair in house.sealed.do(work, reference, IN_A_TURN)
    ]
    bare = statistics.median(without for without, _ in pairs)
    added = [logged - without for without, logged in pairs]
    added_time = median_figure("log_entry_ms", added, unit="ms", goal=GOAL, baseline=f"the read alone: {bare:.2f} ms")
    return [added_time, *writers.measure(house), *tree.measure(house, world), *filters.measure(house, world)]
