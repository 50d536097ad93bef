"""An honest log, however badly its processes die: nothing in it may ever look tampered with."""

from typing import Any

from tests.bench import progress
from tests.bench.figures import Figure
from tests.bench.server import House

_WORK = "tests.bench.sealed.honest:"
ENTRIES, WRITERS, KILLS = 1_000_000, 16, 200
PARTS = 20


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give how many of two verifications (from the first entry, and by the daily task's way) cry wolf."""
    side = house.small
    side.do(_WORK + "begin", WRITERS)
    for _ in progress.turns("log_false_alarms", PARTS):
        side.do(_WORK + "write_and_kill", ENTRIES // PARTS, KILLS // PARTS)
    told = side.do(_WORK + "end")
    if told["size"] < ENTRIES or told["killed"] < KILLS:
        raise AssertionError(f"Only {told['size']} entries were written, and {told['killed']} processes killed.")
    against = f"{told['size']} entries, {WRITERS} writers, {told['killed']} killed; {told['faults'] or 'all sound'}"
    return [Figure("log_false_alarms", float(len(told["faults"])), "", 0.0, against, 0.0, 0.0)]
