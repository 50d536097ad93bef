"""The log's tree, measured in the database of the house with few cases: its log then holds a million entries."""

import statistics
from typing import Any

from tests.bench import progress
from tests.bench.figures import Figure
from tests.bench.server import House

_WORK = "tests.bench.sealed.tree:"
ENTRIES, IN_A_TURN = 1_000_000, 100_000
LAGS, PAUSE = 1_000, 0.01


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give the wait for a signature, the speed of a backlog, of a verification, and the bytes of an entry."""
    side = house.small
    side.do("tests.bench.sealed.own_log:prepare")
    progress.say("log_lag_p99_s")
    lags = sorted(side.do(_WORK + "lags", LAGS, PAUSE))
    speeds = []
    for _ in progress.turns("log_backlog_per_s", ENTRIES // IN_A_TURN):
        side.do(_WORK + "insert_entries", IN_A_TURN)
        taken, seconds = side.do(_WORK + "sequence_backlog")
        speeds.append(taken / seconds)
    progress.say("log_verify_1m_s")
    told = side.do(_WORK + "verify_all")
    if told["fault"]:
        raise AssertionError(f"An honest log was found broken: {told['fault']}, {told['place']}")
    size = side.do(_WORK + "bytes_per_entry")
    low, middle, high = statistics.quantiles(speeds, n=4)
    p99 = lags[int(len(lags) * 0.99)]
    per_million = 1_000_000 / told["size"]
    verified, floor = told["seconds"] * per_million, told["floor"] * per_million
    return [
        _figure("log_lag_p99_s", p99, "s", 1.0, "commit to signed checkpoint"),
        Figure("log_backlog_per_s", middle, "1/s", 20_000, "entries that waited", low, high, at_least=True),
        _figure("log_verify_1m_s", verified, "s", 10.0, f"{told['size']} entries"),
        _figure("log_verify_vs_hash_floor", verified / floor, "", 8.0, f"hashing alone: {floor:.2f} s"),
        _figure("log_bytes_per_entry", size, "B", 550.0, "with all indexes of the auditors' filters"),
    ]


def _figure(name: str, value: float, unit: str, goal: float, baseline: str) -> Figure:
    return Figure(name, value, unit, goal, baseline, value, value)
