"""A step: what locking, asking, telling and logging add to the change of a stage."""

import statistics
from typing import Any

from tests.bench import progress
from tests.bench.figures import Figure, median_figure
from tests.bench.server import House

TURNS, IN_A_TURN = 20, 10


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give the milliseconds of a step with its entry, committed to the disk."""
    stepped = house.sealed.do("tests.bench.sealed.steps:prepare", *world["signs_in"])
    updated = world["cases"][0]["reference"]
    works = [
        (house.sealed, "tests.bench.sealed.steps:moves", stepped),
        (house.plain, "tests.bench.plain.steps:moves", updated),
    ]
    for side, work, case in works:
        side.do(work, case, IN_A_TURN)
    turns = [[side.do(work, case, IN_A_TURN) for side, work, case in works] for _ in progress.turns("step_ms", TURNS)]
    own, plain = ([each for times in column for each in times] for column in zip(*turns, strict=True))
    baseline = f"the same UPDATE in plain Django: {statistics.median(plain):.2f} ms"
    return [median_figure("step_ms", own, unit="ms", baseline=baseline)]
