"""Sealing older shapes of documents anew: values in a second, everything included that a member's command does."""

import statistics
from typing import Any

from tests.bench import progress
from tests.bench.figures import Figure
from tests.bench.server import House

CASES, NOTES, TURNS = 100, 10, 5
WORK = "tests.bench.sealed.upgrade"


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give how many values a second rise: opened, sealed, saved, logged, in batches of their own transactions."""
    house.small.do(f"{WORK}:prepare", *world["signs_in"], CASES, NOTES)
    speeds = [house.small.do(f"{WORK}:rises") for _ in progress.turns("upgrade_values_per_s", TURNS)]
    low, value, high = statistics.quantiles(speeds, n=4, method="inclusive")
    told = f"{NOTES} notes in each of {CASES} cases, one process, from the command's first look to its last commit"
    return [Figure("upgrade_values_per_s", value, "/s", None, told, low, high)]
