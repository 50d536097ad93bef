"""What the log costs many writers at once, against none and against a locked hash chain in the same run."""

from tests.bench import progress
from tests.bench.figures import Figure, ratio_figure
from tests.bench.server import House

_WORK = "tests.bench.sealed.writers:"
WRITERS, MOST = (1, 4, 16), 16
TURNS, SECONDS = 7, 2.0
GOAL = 0.9


def measure(house: House) -> list[Figure]:
    """Give the throughput of 1, 4 and 16 writers with 10 ms of other work, as a share of what it is without a log."""
    side = house.small
    side.do(_WORK + "prepare")
    figures = []
    for writers in WRITERS:
        kinds = ("bare", "logged", "chained") if writers == MOST else ("bare", "logged")
        turns: dict[str, list[float]] = {kind: [] for kind in kinds}
        for _ in progress.turns(f"log_throughput_{writers}", TURNS):
            for kind in kinds:
                turns[kind].append(side.do(_WORK + "turns_per_second", kind, writers, SECONDS))
        against = f"{writers} writers, un-logged: {sorted(turns['bare'])[TURNS // 2]:.0f} turns/s"
        figures.append(_share(f"log_throughput_{writers}", turns["logged"], turns["bare"], GOAL, against))
        if writers == MOST:
            figures.append(_share(f"log_chain_{writers}", turns["chained"], turns["bare"], None, "a locked hash chain"))
    return figures


def _share(name: str, some: list[float], bare: list[float], goal: float | None, baseline: str) -> Figure:
    return ratio_figure(name, some, bare, goal=goal, baseline=baseline, at_least=goal is not None)
