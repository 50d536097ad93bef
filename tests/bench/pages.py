"""Pages: the house against the same pages in plain Django, in turns, over the same rows."""

import statistics
from typing import Any

from cellule.references import shown
from tests.bench import progress
from tests.bench.figures import Figure, ratio_figure
from tests.bench.server import House
from tests.bench.sides import Side

GOAL = 1.3
TURNS, IN_A_TURN = 60, 5
WARM_UP = 30


class NotTheSame(Exception):
    """Both sides were to show the same page, and did not."""


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give the ratio of the list of 50 cases, of a case page, and of the saving of a note."""
    house.sealed.do("tests.bench.visits:sign_in", *world["signs_in"])
    house.plain.do("tests.bench.visits:enter", world["cases"][0]["lead"])
    read, written = (f"/dossiers/{shown(world['cases'][place]['reference'])}/" for place in (0, 1))
    figures = []
    for name, path in (("list_50_ratio", "/dossiers/"), ("case_page_ratio", read)):
        expect_alike(house, path)
        figures.append(ratio(house, name, "tests.bench.visits:gets", path))
    expect_alike(house, f"{written}notes/nouvelle/")
    figures.append(ratio(house, "note_save_ratio", "tests.bench.visits:saves", f"{written}notes/nouvelle/", written))
    return figures


def expect_alike(house: House, path: str) -> None:
    """Fail unless both sides show the very same page (NotTheSame)."""
    sealed, plain = (side.do("tests.bench.visits:page", path) for side in (house.sealed, house.plain))
    if sealed != plain:
        pairs = zip(sealed.splitlines(), plain.splitlines(), strict=False)
        first = next((pair for pair in pairs if pair[0] != pair[1]), ("(all lines alike)", "(but not as many)"))
        raise NotTheSame(f"{path}\nsealed: {first[0]}\nplain:  {first[1]}")


def ratio(house: House, name: str, visit: str, *given: str) -> Figure:
    """Give the ratio of the house to plain Django, visited in turns by whoever is signed in on each side."""
    sides = (house.sealed, house.plain)
    times: dict[Side, list[float]] = {side: [] for side in sides}
    for side in sides:
        side.do(visit, *given, WARM_UP)
    for turn in progress.turns(name, TURNS):
        for side in sides if turn % 2 else reversed(sides):
            times[side].append(statistics.median(side.do(visit, *given, IN_A_TURN)))
    counted = [side.do("tests.bench.visits:queries", *given) for side in sides]
    sealed, plain = (
        f"{1000 * statistics.median(times[side]):.2f} ms, {number} statements"
        for side, number in zip(sides, counted, strict=True)
    )
    return ratio_figure(
        name, *(times[side] for side in sides), goal=GOAL, baseline=f"plain Django: {plain} (here: {sealed})"
    )
