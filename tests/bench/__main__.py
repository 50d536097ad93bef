"""`make bench` measures everything, `make bench BENCH="log pages"` some groups; the figures go to build/bench.json."""

import sys

from cellule.settings import BASE_DIR
from tests.bench import (
    directory,
    fields,
    figures,
    files,
    honest,
    lists,
    log,
    membership,
    pages,
    progress,
    referrals,
    search,
    sign_in,
    steps,
    upgrade,
)
from tests.bench.server import house

GROUPS = {
    "pages": pages.measure,
    "lists": lists.measure,
    "steps": steps.measure,
    "fields": fields.measure,
    "signin": sign_in.measure,
    "log": log.measure,
    "honest": honest.measure,
    "directory": directory.measure,
    "files": files.measure,
    "search": search.measure,
    "membership": membership.measure,
    "referrals": referrals.measure,
    "upgrade": upgrade.measure,
}


def main(wanted: list[str]) -> None:
    """Measure the groups that are wanted (all of them when none is named) and print the table."""
    if unknown := [name for name in wanted if name not in GROUPS]:
        sys.exit(f"There is no group {', '.join(unknown)}; there are {', '.join(GROUPS)}.")
    progress.say("Starting a database and filling the fictional house ...")
    with house() as sides:
        measured = [figure for name in wanted or GROUPS for figure in GROUPS[name](sides, sides.world)]
    figures.keep(measured, BASE_DIR / "build" / "bench.json")
    print(figures.table(measured))


if __name__ == "__main__":
    main(sys.argv[1:])
