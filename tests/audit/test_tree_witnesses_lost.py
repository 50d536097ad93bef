"""A witness that has lost what it took is handed everything again, and that it had lost it stays written down."""

import pytest

from audit.log import key
from audit.log.merkle import EMPTY_ROOT
from audit.log.models import Checkpoint, Receipt
from audit.log.witnesses import files, publishing
from audit.log.witnesses.files import File, Folder
from audit.log.witnesses.publishing import hand_over
from tests.audit.tree import found, notes, sequence

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_checkpoint")]


def begun_anew() -> list[tuple[int, bool]]:
    return list(Receipt.objects.order_by("id").values_list("checkpoint", "anew"))


@pytest.mark.parametrize("kind", [File, Folder])
@pytest.mark.parametrize("restarted", [False, True])
def test_witness_that_was_emptied_gets_everything_again_and_it_is_written_down(tmp_path, write, kind, restarted):
    (tmp_path / "kept").mkdir()
    place = tmp_path / "kept" if kind is Folder else tmp_path / "kept" / "checkpoints.jsonl"
    witness = kind("kept", place)
    hand_over(witness)
    write()
    sequence()
    hand_over(witness)
    for file in (tmp_path / "kept").iterdir():
        file.unlink()
    write()
    sequence()
    hand_over(kind("kept", place) if restarted else witness)
    write()
    sequence()
    hand_over(witness)

    assert [copy.note for copy in witness.copies()] == notes()
    assert begun_anew() == [(1, False), (2, False), (3, True), (4, False)]


def test_file_cut_off_at_its_end_is_written_again(tmp_path, write):
    """Its last lines are gone: it would believe an old copy of the log."""
    witness = File("file", tmp_path / "checkpoints.jsonl")
    hand_over(witness)
    first = witness.path.read_bytes()
    write()
    sequence()
    hand_over(witness)
    witness.path.write_bytes(first)
    write()
    sequence()
    hand_over(witness)

    assert [copy.note for copy in witness.copies()] == notes()
    assert begun_anew() == [(1, False), (2, False), (3, True)]


def test_file_longer_than_what_is_looked_at_has_lost_nothing(tmp_path, write, monkeypatch):
    """A witness that is long ahead of an old backup of ours still holds what it took from us."""
    monkeypatch.setattr(files, "_TAIL", 10)
    witness = File("file", tmp_path / "checkpoints.jsonl")
    hand_over(witness)
    write()
    sequence()
    hand_over(File("file", witness.path))

    assert begun_anew() == [(1, False), (2, False)]


def test_folder_that_is_emptied_in_parts_gets_what_one_hand_over_takes(tmp_path, write, monkeypatch):
    monkeypatch.setattr(publishing, "_AT_ONCE", 2)
    witness = Folder("folder", tmp_path / "mounted")
    witness.path.mkdir()
    for _ in range(4):
        write()
        sequence()
    while hand_over(witness):
        pass
    for file in witness.path.iterdir():
        file.unlink()
    write()
    sequence()
    while hand_over(witness):
        pass

    assert [copy.note for copy in witness.copies()] == notes()
    assert begun_anew() == [(2, False), (4, False), (5, False), (2, True), (4, False), (6, False)]


@pytest.mark.parametrize("forgotten", [(0, EMPTY_ROOT), None], ids=["everything", "the last"])
def test_web_witness_that_lost_its_memory_gets_it_back_and_it_is_written_down(web, memory, write, forgotten):
    hand_over(web)
    before = forgotten or (memory.size, memory.root)
    write()
    sequence()
    hand_over(web)
    memory.size, memory.root = before
    write()
    sequence()
    hand_over(web)

    assert memory.size == Checkpoint.objects.get(number=3).size
    assert begun_anew() == [(1, False), (2, False), (3, True)]
    assert found() == ("", "")


def test_web_witness_that_lost_its_memory_learns_of_every_change_of_keys(web, memory, write):
    first = memory.log
    hand_over(web)
    key.prepare_change()
    sequence()
    write()
    sequence()
    hand_over(web)
    memory.size, memory.root, memory.log = 0, EMPTY_ROOT, first
    write()
    sequence()
    hand_over(web)

    assert memory.log == key.read().present.verifier
    assert begun_anew() == [(1, False), (3, False), (4, True)]
