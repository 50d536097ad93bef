"""The folder that stands in for a broker: private, whole messages, and able to vanish."""

import shutil
import stat
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.transport.virtual import Channel


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "broker"


@pytest.fixture
def channel(folder: Path):
    with Connection(
        "filesystem://folder", transport="cellule.jobs.folder:Transport", transport_options={"folder": str(folder)}
    ) as connection:
        yield connection.channel()


def test_messages_come_back_in_their_order_and_once(channel: Channel):
    for number in range(3):
        channel._put("jobs", {"number": number})
    size = channel._size("jobs")

    got = [channel._get("jobs")["number"] for _number in range(3)]

    assert (size, got, channel._size("jobs")) == (3, [0, 1, 2], 0)


def test_an_empty_folder_is_an_empty_queue(channel: Channel):
    with pytest.raises(Empty):
        channel._get("jobs")


def test_queues_do_not_mix(channel: Channel):
    channel._put("other", {})

    with pytest.raises(Empty):
        channel._get("jobs")


def test_only_the_owner_may_look_into_the_folder(channel: Channel, folder: Path):
    channel._put("jobs", {})

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_torn_or_foreign_file_is_passed_over(channel: Channel, folder: Path):
    channel._put("jobs", {"number": 1})
    (folder / "0_torn.jobs.msg").write_text('{"numb', encoding="utf-8")

    assert channel._get("jobs") == {"number": 1}


def test_a_message_that_is_still_being_written_is_not_seen(channel: Channel, folder: Path):
    channel._put("jobs", {})
    (message,) = folder.iterdir()
    message.rename(folder / f".{message.name}")

    with pytest.raises(Empty):
        channel._get("jobs")


def test_the_folder_may_be_deleted_at_any_time(channel: Channel, folder: Path):
    channel._put("jobs", {"number": 1})
    shutil.rmtree(folder)

    channel._put("jobs", {"number": 2})

    assert channel._get("jobs") == {"number": 2}


def test_purging_empties_one_queue(channel: Channel):
    channel._put("jobs", {})
    channel._put("jobs", {})
    channel._put("other", {})

    assert (channel._purge("jobs"), channel._size("jobs"), channel._size("other")) == (2, 0, 1)
