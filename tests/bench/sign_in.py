"""Signing in: the passphrase's real cost, the fixed time of the answer, and the vault opened."""

from typing import Any

from tests.bench import progress
from tests.bench.figures import Figure, median_figure
from tests.bench.server import House

GOAL = 0.8
TURNS = 9


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give the seconds from sending the form to the answer that opens the house."""
    house.sealed.do("tests.bench.visits:sign_in", *world["signs_in"])
    seconds = [
        house.sealed.do("tests.bench.visits:sign_in", *world["signs_in"]) for _ in progress.turns("sign_in_s", TURNS)
    ]
    return [
        median_figure(
            "sign_in_s", seconds, unit="s", goal=GOAL, baseline="from sending the passphrase to the open house"
        )
    ]
