"""The promise of the ledger, kept by real processes: what was asked for happens once, whatever is killed."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.house import House

JOBS = 300
EFFECTS = "SELECT count(*) FROM effects"
UNFINISHED = "SELECT count(*) FROM jobs_job WHERE kind = 'effects.count' AND done_at IS NULL"


@pytest.fixture
def house() -> Iterator[House]:
    # The server's account must pass through, which pytest's own folders forbid.
    folder = Path(tempfile.mkdtemp(prefix="cellule-"))
    folder.chmod(0o711)
    house = House(folder)
    try:
        house.open()
        yield house
    finally:
        house.close()
        shutil.rmtree(folder)


@pytest.mark.long
def test_three_hundred_jobs_survive_every_kill(house: House):
    house.start_worker()
    house.command([sys.executable, "-m", "tests.jobs.effects.ask", str(JOBS)])
    house.start_relay()

    def after(effects: int) -> None:
        house.wait(EFFECTS, lambda number: number >= effects, 60)

    after(20)
    house.kill_worker()
    deleted = house.delete_messages()
    house.start_worker()
    after(80)
    house.kill_relay()
    house.kill_postgres()
    house.start_relay()
    after(140)
    house.kill_postgres()
    house.kill_worker()
    house.start_worker()
    after(200)
    deleted_later = house.delete_messages()
    house.kill_relay()
    house.start_relay()
    house.wait(UNFINISHED, lambda number: number == 0, 90)

    assert (deleted > 0, deleted_later > 0) == (True, True)
    assert house.rows("SELECT count(*), count(DISTINCT number), min(number), max(number) FROM effects") == [
        (JOBS, JOBS, 0, JOBS - 1)
    ]
    assert house.rows("SELECT count(*), count(done_at), count(dead_at) FROM jobs_job WHERE kind = 'effects.count'") == [
        (JOBS, JOBS, 0)
    ]
