"""Files: what sealing into the store and opening out of it give, against bare Cobblestone beside a plain file."""

from typing import Any

from tests.bench import progress
from tests.bench.figures import Figure, median_figure, ratio_figure
from tests.bench.server import House

GOAL = 0.8
MIB = 64
TURNS = 9
LARGE_MIB, MEMORY_GOAL_MB = 200, 64


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give MiB/s here ÷ MiB/s of the bare cipher, sealing and opening, and what 200 MiB need in memory."""
    work = "tests.bench.sealed.files"
    house.sealed.do(f"{work}:turn", MIB)
    rounds = [house.sealed.do(f"{work}:turn", MIB) for _ in progress.turns("file_seal_ratio", TURNS)]
    grown, hashed = house.sealed.do(f"{work}:memory", LARGE_MIB), rounds[-1]["hash"]
    return [
        _speed("file_seal_ratio", rounds, "seal", f"; the hash at receipt alone: {hashed:.0f} MiB/s"),
        _speed("file_open_ratio", rounds, "open", ""),
        median_figure(
            "file_200m_rss_mb",
            [grown, grown],
            unit="MB",
            goal=MEMORY_GOAL_MB,
            baseline=f"what the process grew by while {LARGE_MIB} MiB arrived, were sealed, opened and given on",
        ),
    ]


def _speed(name: str, rounds: list[dict[str, float]], way: str, more: str) -> Figure:
    ours, raw = [times[way] for times in rounds], [times[f"raw_{way}"] for times in rounds]
    baseline = f"bare Cobblestone-256 and a plain file: {sorted(raw)[len(raw) // 2]:.0f} MiB/s{more}"
    return ratio_figure(name, ours, raw, goal=GOAL, baseline=baseline, at_least=True)
