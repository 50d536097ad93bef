"""The directory: its search among 5 000 services, and the import of as many."""

import statistics
import tempfile
from typing import Any

from tests.bench import progress
from tests.bench.figures import Figure, median_figure
from tests.bench.server import House
from tests.bench.sides import Side

GOAL = 100
SERVICES = 5_000
IMPORTS, TURNS = 5, 20
# What people ask, from nothing at all to nearly everything at once.
SEARCHES = (
    "",
    "?texte=juri",
    "?texte=h%C3%A9bergement+famille",
    "?texte=a",
    "?besoin=shelter&langue=fra",
    "?besoin=legal&papiers=no&secteur=17",
    "?texte=accueil&besoin=food&age=12&entente=oui",
)


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give the seconds of an import and the slow end (p95) of a page of the search."""
    # How many cases there are makes no difference here.
    side = house.small
    imported = _imported(side)
    side.do("tests.bench.visits:sign_in", *world["signs_in"])
    times: list[float] = []
    for search in SEARCHES:
        side.do("tests.bench.visits:gets", f"/ressources/{search}", 3)
    for _ in progress.turns("directory_p95_ms", TURNS):
        for search in SEARCHES:
            times += [1000 * each for each in side.do("tests.bench.visits:gets", f"/ressources/{search}", 1)]
    low, middle, high = statistics.quantiles(times, n=4, method="inclusive")
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    baseline = f"median {middle:.1f} ms, {SERVICES} services, {len(SEARCHES)} searches"
    return [imported, Figure("directory_p95_ms", p95, "ms", GOAL, baseline, low, high)]


def _imported(side: Side) -> Figure:
    """The first import makes every row, each later one changes every row."""
    taken, parsed = [], []
    with tempfile.TemporaryDirectory(prefix="cellule-") as folder:
        path = f"{folder}/directory.json"
        for turn in progress.turns("hsds_5k_s", IMPORTS):
            side.do("tests.bench.sealed.directory:write_file", path, SERVICES, turn)
            seconds, alone, written = side.do("tests.bench.sealed.directory:imports", path)
            if written < SERVICES:
                raise RuntimeError(f"only {written} rows were written")
            taken.append(seconds)
            parsed.append(alone)
    baseline = f"reading the same JSON alone: {1000 * statistics.median(parsed):.0f} ms"
    return median_figure("hsds_5k_s", taken, unit="s", baseline=baseline)
