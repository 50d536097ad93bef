"""Entries on their way to a collector: in the order of the tree, none lost, none with content, none twice without need."""

import datetime
import json
import re
import socket
import threading
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from audit.log.actions import Outcome
from audit.log.models import Entry, Leaf, StreamPosition
from audit.log.record import record
from audit.log.stream import streaming
from audit.log.stream.streaming import NotAlone, Stream, catch_up
from audit.log.stream.targets import UnknownTarget, target
from audit.review import tasks
from cellule.jobs.ledger import enqueue
from cellule.jobs.models import Job
from cellule.notices.models import Notice
from tests.audit.tree import sequence

pytestmark = pytest.mark.django_db(transaction=True)

_SYSLOG = re.compile(rb"<(\d+)>1 (\S+Z) (\S+) cellule (\d+) (\S+) - (\{.*\})", re.DOTALL)


@pytest.fixture(autouse=True)
def log(settings, tmp_path, write):
    """The house's own entries and five of ours, all with a place."""
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {}
    for number in range(5):
        write(reference=f"2345678{number}")
    sequence()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "out" / "entries.jsonl"


@pytest.fixture
def address(file) -> str:
    return f"file://{file}"


def lines(file) -> list[dict]:
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def in_tree() -> list[str]:
    return [str(entry) for entry in Leaf.objects.order_by("position").values_list("entry", flat=True)]


# --- A file ----------------------------------------------------------------------------------------------


def test_file_gets_every_entry_in_the_order_of_the_tree(file, address):
    assert catch_up(address) == Leaf.objects.count()

    told = lines(file)
    assert [each["id"] for each in told] == in_tree()
    assert [each["position"] for each in told] == list(range(len(told)))
    assert file.stat().st_mode & 0o777 == 0o600


def test_line_says_what_the_clear_columns_say_and_joins_nothing(file, address, write):
    entry = write(shown=["7QK2M9XD", "DAPMYPA4"], subject=Entry.objects.first().id, purpose="casework")
    sequence()

    catch_up(address)

    last = lines(file)[-1]
    assert last == {
        "position": Leaf.objects.count() - 1,
        "id": str(entry.pk),
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "role": "caseworker",
        "organisation": "Unité",
        "action": "tests.acted",
        "subject_type": "",
        "reference": "",
        "shown": 2,
        "relation": "none",
        "purpose": "casework",
        "outcome": "done",
        "session": str(entry.session),
        "counter": entry.counter,
        "request": str(entry.request),
        "leaf": entry.leaf.hex(),
    }


def test_stream_goes_on_where_it_was_left(file, address, write):
    catch_up(address)
    assert catch_up(address) == 0

    later = write()
    sequence()

    assert catch_up(address) == 1
    assert [each["id"] for each in lines(file)] == in_tree()
    assert lines(file)[-1]["id"] == str(later.pk)


def test_entry_that_was_committed_late_is_not_passed_over(file, address, act, actor, write, owner_connection):
    """Its key is older than that of one which was handed over before it became visible."""
    waiting = threading.Event()
    written, ids = threading.Event(), []

    def late() -> None:
        with transaction.atomic():
            ids.append(str(record(act, by=type(actor)("late", "caseworker", "", Entry.objects.first().id)).pk))
            written.set()
            waiting.wait(20)
        connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    assert written.wait(20)
    write()
    sequence()
    catch_up(address)
    waiting.set()
    thread.join()
    sequence()
    catch_up(address)

    told = [each["id"] for each in lines(file)]
    assert (told, told[-1]) == (in_tree(), ids[0])
    assert told[-1] < told[-2]


def test_what_a_kill_left_undone_comes_again_once(file, address):
    """Killed after the lines were written and before the position was kept, in the middle of a line."""
    catch_up(address)
    whole = file.read_bytes()
    StreamPosition.objects.update(following=2)
    file.write_bytes(whole + b'{"position":99,"id":"to')

    catch_up(address)

    told = lines(file)
    assert [each["position"] for each in told] == [*range(len(in_tree())), *range(2, len(in_tree()))]
    assert {each["id"] for each in told} == set(in_tree())


def test_file_that_was_rotated_is_begun_anew(file, address, write):
    stream = Stream(address)
    stream.work()
    file.rename(file.with_suffix(".1"))
    write()
    sequence()
    stream.work()
    stream.close()

    assert (len(lines(file)), len(lines(file.with_suffix(".1")))) == (1, len(in_tree()) - 1)


def test_long_backlog_goes_in_batches(file, address, monkeypatch):
    monkeypatch.setattr(streaming, "BATCH", 2)

    assert catch_up(address) == len(in_tree())
    assert [each["id"] for each in lines(file)] == in_tree()


def test_one_process_feeds_a_collector(address, owner_connection):
    told = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
    assert owner_connection.execute(told, [streaming._LOCK, address]).fetchone() == (True,)

    with pytest.raises(NotAlone):
        Stream(address)
    assert catch_up(address) == 0


# --- Syslog ----------------------------------------------------------------------------------------------


def read(words: bytes) -> tuple[int, str, dict]:
    """Priority, message id and JSON of one message."""
    found = _SYSLOG.fullmatch(words)
    assert found is not None, words
    return int(found[1]), found[5].decode(), json.loads(found[6])


def test_datagrams_are_messages_of_syslog(write):
    write(outcome=Outcome.REFUSED_FORBIDDEN)
    sequence()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        collector.settimeout(10)
        catch_up(f"syslog://127.0.0.1:{collector.getsockname()[1]}")
        got = [read(collector.recv(65_536)) for _ in in_tree()]

    assert [told["id"] for _priority, _word, told in got] == in_tree()
    assert {(priority, word) for priority, word, _told in got[-6:]} == {(110, "tests.acted"), (108, "tests.acted")}


def test_socket_of_the_machine_gets_them_too(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as collector:
        collector.bind(str(tmp_path / "log"))
        collector.settimeout(10)
        reading = threading.Thread(target=lambda: got.extend(read(collector.recv(65_536)) for _ in in_tree_before))
        got, in_tree_before = [], in_tree()
        reading.start()
        catch_up(f"syslog+unix://{tmp_path / 'log'}")
        reading.join()

    assert [told["id"] for _priority, _word, told in got] == in_tree_before


def test_tcp_counts_octets_and_a_collector_that_hung_up_loses_nothing(write):
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as collector:
        address = f"syslog+tcp://127.0.0.1:{collector.getsockname()[1]}"
        stream = Stream(address)
        stream.work()
        _read_all(collector, got, stream)
        write()
        sequence()
        stream.work()
        _read_all(collector, got, stream)
        stream.close()

    messages = [message for words in got for message in _counted(words)]
    assert [read(message)[2]["id"] for message in messages] == in_tree()


def _read_all(collector: socket.socket, got: list[bytes], stream: Stream) -> None:
    """Take one connection, read what lies in it, hang up."""
    taken, _there = collector.accept()
    taken.settimeout(0.5)
    words = b""
    try:
        while piece := taken.recv(65_536):
            words += piece
    except TimeoutError:
        pass
    taken.close()
    got.append(words)


def _counted(words: bytes) -> list[bytes]:
    found = []
    while words:
        length, _space, words = words.partition(b" ")
        found.append(words[: int(length)])
        words = words[int(length) :]
    return found


def test_collector_that_is_away_gets_everything_later(file, address, settings):
    file.parent.mkdir()
    file.mkdir()
    settings.LOG_STREAM = address
    tasks.hand_over_log(Job())
    assert StreamPosition.objects.get().following == 0

    file.rmdir()
    tasks.hand_over_log(Job())

    assert [each["id"] for each in lines(file)] == in_tree()


def test_collector_that_is_away_is_told_of_after_an_hour_and_once(
    file, address, settings, auditor, privacy_officer, monkeypatch
):
    file.parent.mkdir()
    file.mkdir()
    settings.LOG_STREAM = address

    tasks.hand_over_log(Job())
    at_first = _alarms()
    monkeypatch.setattr(tasks, "COLLECTOR_AWAY_AFTER", datetime.timedelta())
    tasks.hand_over_log(Job())
    tasks.hand_over_log(Job())

    assert (at_first, _alarms()) == ({}, {auditor.user.pk: 1, privacy_officer.user.pk: 1})


def test_address_that_names_no_collector_is_told_of_once_and_kills_no_job(settings, auditor, privacy_officer):
    settings.LOG_STREAM = "syslog://host:port"
    with transaction.atomic():
        job = enqueue("review.hand_over_log")

    for _minute in range(2):
        tasks.hand_over_log(job)

    assert _alarms() == {auditor.user.pk: 1, privacy_officer.user.pk: 1}


def _alarms() -> Counter:
    """How often each person was told."""
    return Counter(Notice.objects.filter(kind="review.log_not_collected").values_list("recipient", flat=True))


# --- The command and the job -------------------------------------------------------------------------------


def test_command_hands_over_what_waits_and_ends(file, address):
    call_command("stream_audit", to=address, once=True, stdout=StringIO())

    assert [each["id"] for each in lines(file)] == in_tree()


@pytest.mark.parametrize(
    "wrong",
    [
        *("", "file://", "file://elsewhere/x", "syslog://", "http://127.0.0.1/", "x"),
        *("syslog://host:port", "syslog+tcp://host:99999", "syslog+tls://[::1", f"file:///{'x' * 200}"),
    ],
)
def test_address_that_names_no_collector_is_refused(wrong):
    with pytest.raises(UnknownTarget):
        target(wrong)
    with pytest.raises(CommandError, match="where the entries go"):
        call_command("stream_audit", to=wrong, once=True)


@pytest.mark.parametrize("named", [True, False])
def test_job_comes_where_a_collector_is_named(settings, address, named):
    settings.LOG_STREAM = address if named else ""

    with transaction.atomic():
        tasks.stream_log(Job())

    assert Job.objects.filter(kind="review.hand_over_log").exists() is named
