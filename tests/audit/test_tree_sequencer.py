"""The sequencer: every committed entry gets one place, whatever order it came in and however often it is begun anew."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from audit.log import key, tree
from audit.log.models import Checkpoint, Entry, Leaf, Tile
from audit.log.note import NotSigned, VerifierKey, open_note
from audit.log.record import record
from audit.log.sequencer import NotAlone, Sequencer
from tests.audit.tree import found, sequence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_key(settings, tmp_path):
    """A log key, witnesses and a state of this test alone."""
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {"file": f"file://{tmp_path / 'checkpoints.jsonl'}"}


def test_every_entry_gets_the_next_place(write):
    for _ in range(3):
        write()
    sequence()
    write()
    sequence()

    entries = list(Entry.objects.order_by("id").values_list("id", flat=True))
    assert list(Leaf.objects.order_by("position").values_list("position", "entry")) == list(enumerate(entries))


def test_checkpoint_states_the_tree(write):
    write()
    sequence()

    checkpoint = Checkpoint.objects.get()
    statement = checkpoint.statement
    assert (statement.size, statement.number, statement.at) == (Leaf.objects.count(), 1, checkpoint.at)
    assert statement.root == tree.root_at(statement.size)
    assert open_note(checkpoint.note, VerifierKey.parse(key.read().first)) == statement.text()


def test_tiles_are_kept_when_they_are_full(write, actor, act):
    with transaction.atomic():
        for _ in range(600):
            record(act, by=actor)
    sequence()

    size = Leaf.objects.count()
    assert list(Tile.objects.order_by("index").values_list("level", "index")) == [(1, i) for i in range(size // 256)]
    assert tree.root_at(size) == Checkpoint.objects.get().statement.root
    assert found() == ("", "")


def test_entry_that_became_visible_late_gets_a_place(write, act, actor, owner_connection):
    """Committed after a younger one was sequenced: whoever goes on "after the last key" would lose it."""
    ready, go = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            record(act, by=type(actor)("late", "caseworker", "", actor.request))
            ready.set()
            go.wait(10)
        connection.close()

    sequencer = Sequencer()
    thread = threading.Thread(target=slow)
    thread.start()
    ready.wait(10)
    younger = write()
    sequencer.work()
    go.set()
    thread.join()
    sequencer.work()
    sequencer.close()

    late = Entry.objects.get(actor_id="late")
    assert late.id < younger.id
    assert Leaf.objects.get(entry=late.id).position == Leaf.objects.get(entry=younger.id).position + 1
    assert found() == ("", "")


def test_entry_that_was_rolled_back_gets_no_place(write, act, actor):
    write()
    with transaction.atomic():
        record(act, by=actor)
        transaction.set_rollback(True)
    sequence()
    write()
    sequence()

    assert Leaf.objects.count() == Entry.objects.count()
    assert found() == ("", "")


def test_second_sequencer_is_refused(write):
    first = Sequencer()
    refused = []

    def second():
        try:
            Sequencer()
        except NotAlone:
            refused.append(True)
        connection.close()

    thread = threading.Thread(target=second)
    thread.start()
    thread.join()
    first.close()

    assert refused == [True]


def test_sequencer_that_lost_its_session_does_nothing(write):
    sequencer = Sequencer()
    write()
    connection.close()

    with pytest.raises(NotAlone):
        sequencer.work()
    assert Checkpoint.objects.count() == 0


def test_nothing_new_is_signed_once_a_minute_only(write, monkeypatch):
    write()
    sequencer = Sequencer()
    sequencer.work()
    sequencer.work()
    assert Checkpoint.objects.count() == 1

    monkeypatch.setattr("audit.log.sequencer.HEARTBEAT", timedelta())
    sequencer.work()
    sequencer.close()

    first, second = Checkpoint.objects.order_by("number")
    assert (first.size, first.statement.root) == (second.size, second.statement.root)
    assert found() == ("", "")


def test_failed_turn_leaves_nothing(write, monkeypatch):
    write()
    sequencer = Sequencer()

    with monkeypatch.context() as broken:
        broken.setattr("audit.log.sequencer.Statement.signed", lambda *_told: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sequencer.work()
    assert (Leaf.objects.count(), Checkpoint.objects.count()) == (0, 0)

    sequencer.work()
    sequencer.close()
    assert found() == ("", "")


def test_clock_that_jumps_is_noted(write, monkeypatch):
    write()
    sequencer = Sequencer()
    sequencer.work()
    write()
    clock = "audit.log.sequencer._database_time"
    back = Checkpoint.objects.get().at - timedelta(hours=1)
    with monkeypatch.context() as moved:
        moved.setattr(clock, lambda: back)
        sequencer.work()
    write()
    sequencer.work()
    sequencer.close()

    jumps = [each.statement.clock for each in Checkpoint.objects.order_by("number")]
    hour = 3_600_000_000
    assert jumps[0] == 0
    assert -hour - 10_000_000 < jumps[1] < -hour + 10_000_000
    assert hour - 10_000_000 < jumps[2] < hour + 10_000_000
    assert found() == ("", "")


def test_key_changes_by_a_checkpoint_that_both_sign(write):
    write()
    sequence()
    old = key.read()
    key.prepare_change()
    sequence()
    new = key.read()
    write()
    sequence()

    _first, change, last = Checkpoint.objects.order_by("number")
    assert (new.first, new.following) == (old.first, None)
    assert (change.statement.key, change.statement.next_key) == (old.first, str(new.present.verifier))
    open_note(change.note, old.present.verifier, new.present.verifier)
    open_note(last.note, new.present.verifier)
    with pytest.raises(NotSigned):
        open_note(last.note, old.present.verifier)
    assert found() == ("", "")


def test_change_of_keys_that_was_cut_off_is_finished(write, monkeypatch):
    write()
    sequence()
    key.prepare_change()
    with monkeypatch.context() as cut:
        cut.setattr("audit.log.key.finish_change", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sequence()
    write()
    sequence()

    assert key.read().following is None
    assert [bool(each.statement.next_key) for each in Checkpoint.objects.order_by("number")] == [False, True, False]
    assert found() == ("", "")


def test_log_without_its_key_is_not_begun_anew(write):
    write()
    sequence()
    key._path().unlink()

    with pytest.raises(key.NoKey):
        Sequencer()
