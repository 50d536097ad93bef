"""A field of 60 characters: what sealing adds through the ORM, against the bare cipher over the same bytes."""

import statistics
from typing import Any

from tests.bench import progress
from tests.bench.figures import Figure, ratio_figure
from tests.bench.server import House

READ_GOAL, WRITE_GOAL = 2.5, 6.0
TURNS = 60
WARM_UP = 5


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give (sealed - plain) ÷ raw AES-GCM for reading and writing, and Fernet in the same place ÷ ours."""
    house.sealed.do("tests.bench.sealed.columns:prepare", *world["signs_in"])
    read = _rounds(house, "read")
    write = _rounds(house, "write")
    return [
        _ratio("field_read_ratio", read, READ_GOAL),
        _ratio("field_write_ratio", write, WRITE_GOAL),
        ratio_figure(
            "field_read_vs_fernet",
            _added(read, "fernet"),
            _added(read, "sealed"),
            goal=None,
            baseline=f"Fernet in the same place: {statistics.median(_added(read, 'fernet')):.1f} µs",
        ),
    ]


def _rounds(house: House, verb: str) -> list[dict[str, float]]:
    work = f"tests.bench.sealed.columns:{verb}"
    for turn in range(WARM_UP):
        house.sealed.do(work, turn)
    return [house.sealed.do(work, turn) for turn in progress.turns(f"field_{verb}_ratio", TURNS)]


def _ratio(name: str, rounds: list[dict[str, float]], goal: float) -> Figure:
    raw, added = [times["raw"] for times in rounds], _added(rounds, "sealed")
    ready, plain = (statistics.median(times[way] for times in rounds) for way in ("ready", "plain"))
    baseline = (
        f"AES-GCM: {statistics.median(raw):.2f} µs, {ready:.2f} µs with a key already set up"
        f" (added here: {statistics.median(added):.2f} µs to {plain:.1f} µs)"
    )
    return ratio_figure(name, added, raw, goal=goal, baseline=baseline)


def _added(rounds: list[dict[str, float]], way: str) -> list[float]:
    return [times[way] - times["plain"] for times in rounds]
