"""Witnesses keep what they were handed; who is away gets it later, and nobody is handed another log unnoticed."""

import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.utils import timezone

from audit.log import key
from audit.log.models import Checkpoint, Fault, Receipt
from audit.log.note import SignerKey, open_note
from audit.log.witness import Memory
from audit.log.witnesses import publishing
from audit.log.witnesses.files import File, Folder
from audit.log.witnesses.mail import Mail
from audit.log.witnesses.publishing import UnusableWitness, configured, hand_over
from audit.log.witnesses.web import Web
from audit.log.witnesses.witness import AnotherLog, Away
from tests.audit.tree import found, notes, sequence, walls_down

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_checkpoint")]


def answers() -> list[tuple[int, bool]]:
    return list(Receipt.objects.order_by("id").values_list("checkpoint", "held"))


def test_file_only_grows(tmp_path, write):
    witness = File("file", tmp_path / "kept" / "checkpoints.jsonl")
    hand_over(witness)
    before = witness.path.read_bytes()
    write()
    sequence()
    hand_over(witness)
    hand_over(witness)

    assert witness.path.read_bytes().startswith(before)
    assert [copy.note for copy in witness.copies()] == notes()
    assert answers() == [(1, True), (2, True)]


def test_file_goes_on_after_a_line_that_a_crash_cut_off(tmp_path):
    witness = File("file", tmp_path / "checkpoints.jsonl")
    witness.path.write_text('{"number": 1, "no', encoding="utf-8")
    hand_over(witness)

    assert [copy.note for copy in witness.copies()] == notes()


def test_file_written_before_a_crash_is_not_written_twice(tmp_path):
    witness = File("file", tmp_path / "checkpoints.jsonl")
    witness.keep(list(Checkpoint.objects.all()))
    hand_over(witness)

    assert [copy.note for copy in witness.copies()] == notes()


def test_file_that_somebody_cut_off_is_looked_at_again(tmp_path, write):
    """What stands there is known only as long as nobody else has touched it."""
    witness = File("file", tmp_path / "checkpoints.jsonl")
    hand_over(witness)
    write()
    sequence()
    witness.path.write_text(f"{json.dumps({'number': 2, 'note': 'another'})}\n", encoding="utf-8")
    hand_over(witness)

    assert answers() == [(1, True), (2, False)]


def test_folder_that_was_away_catches_up(tmp_path, write):
    witness = Folder("folder", tmp_path / "mounted")
    with pytest.raises(Away):
        hand_over(witness)
    write()
    sequence()
    witness.path.mkdir()
    hand_over(witness)

    assert [copy.note for copy in witness.copies()] == notes()
    assert answers() == [(2, True)]


@pytest.mark.parametrize("kind", [File, Folder])
def test_witness_that_holds_another_note_says_so(tmp_path, kind, settings):
    (tmp_path / "other").mkdir()
    place = tmp_path / "other" if kind is Folder else tmp_path / "other.jsonl"
    witness = kind("other", place)
    checkpoint = Checkpoint.objects.get()
    honest, checkpoint.note = checkpoint.note, "another\n"
    witness.keep([checkpoint])
    hand_over(witness)
    hand_over(witness)
    settings.LOG_WITNESSES = {"other": f"{'folder' if kind is Folder else 'file'}://{place}"}

    assert honest == Checkpoint.objects.get().note
    assert answers() == [(1, False)]
    assert found() == (Fault.WITNESS, "witness other, checkpoint 1")


def test_web_witness_signs_what_leads_on(web, memory, write):
    hand_over(web)
    for _ in range(3):
        write()
    sequence()
    hand_over(web)

    receipt = Receipt.objects.order_by("-id").first()
    open_note(notes()[-1] + receipt.words, memory.signer.verifier)
    assert answers() == [(1, True), (2, True)]
    assert memory.size == Checkpoint.objects.get(number=2).size
    assert found() == ("", "")


def test_web_witness_is_asked_where_it_stands_after_a_restart(web, write):
    hand_over(web)
    write()
    sequence()
    hand_over(Web("web", web.address, web.key))

    assert answers() == [(1, True), (2, True)]


def test_web_witness_follows_a_change_of_keys(web, memory, write):
    hand_over(web)
    key.prepare_change()
    sequence()
    hand_over(web)
    write()
    sequence()
    hand_over(web)

    assert answers() == [(1, True), (2, True), (3, True)]
    assert memory.log == key.read().present.verifier


def test_web_witness_that_missed_the_change_of_keys_catches_up(web, memory, write):
    hand_over(web)
    key.prepare_change()
    sequence()
    write()
    sequence()
    hand_over(web)

    assert answers() == [(1, True), (3, True)]
    assert memory.log == key.read().present.verifier


def test_web_witness_refuses_an_old_backup(web, write, owner_connection):
    write()
    sequence()
    hand_over(web)
    with walls_down(owner_connection, "log_checkpoint", "log_receipt", "log_leaf") as owner:
        owner.execute("DELETE FROM log_receipt")
        owner.execute("DELETE FROM log_leaf WHERE position >= (SELECT size FROM log_checkpoint WHERE number = 1)")
        owner.execute("DELETE FROM log_checkpoint WHERE number = 2")
    hand_over(Web("web", web.address, web.key))

    assert answers() == [(1, False)]


def test_web_witness_that_is_away_is_asked_again(memory):
    witness = Web("web", "http://127.0.0.1:9", memory.signer.verifier)

    with pytest.raises(Away):
        hand_over(witness)
    assert answers() == []


def test_web_witness_remembers_beyond_its_process(web, memory, tmp_path):
    hand_over(web)

    again = Memory(tmp_path / "memory", "other name", SignerKey.make("other/log").verifier)
    assert (again.signer, again.log, again.size, again.root) == (memory.signer, memory.log, memory.size, memory.root)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("old 0\n\nnothing", 400),
        ("old x\n\n{note}", 400),
        ("old 1\n\n{note}", 409),
        ("old 0\nAAAA\n\n{note}", 422),
        ("old 0\n\n{forged}", 403),
        ("old 0\n\n{other}", 404),
        ("old 0\n\n{note}", 200),
    ],
)
def test_web_witness_answers_as_the_protocol_says(memory, body, status):
    checkpoint = Checkpoint.objects.get()
    statement, stranger = checkpoint.statement, SignerKey.make("other/log")
    forged = statement.signed(SignerKey.make(statement.origin))
    other = type(statement)(**(vars(statement) | {"origin": "other/log"})).signed(stranger)

    assert memory.add(body.format(note=checkpoint.note, forged=forged, other=other))[0] == status


def test_mail_carries_the_newest_note_and_nothing_else(settings, write):
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    write()
    sequence()
    hand_over(Mail("mail", "witness@example.org"))

    (letter,) = mail.outbox
    assert (letter.subject, letter.body, letter.to) == ("Checkpoint 2", notes()[-1], ["witness@example.org"])
    assert answers() == [(2, True)]


def test_letter_is_one_however_many_checkpoints_there_were(settings, write, monkeypatch):
    """A busy day has more checkpoints than one hand-over takes."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    monkeypatch.setattr(publishing, "_AT_ONCE", 2)
    for _ in range(4):
        write()
        sequence()

    there_is_more = hand_over(Mail("mail", "witness@example.org"))

    assert (there_is_more, len(mail.outbox), answers()) == (False, 1, [(5, True)])


# --- Slow, and lying ---------------------------------------------------------------------------------------


@pytest.fixture
def liar():
    """A server that answers whatever it is told to; gives its address and a way to tell it."""
    says: list[bytes] = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.wfile.write(says.pop(0) if len(says) > 1 else says[0])

        def log_message(self, *told: object) -> None:
            """Nothing is written down."""

    door = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=door.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{door.server_port}", says
    door.shutdown()
    door.server_close()
    thread.join()


def _answer(status: int, text: str) -> bytes:
    body = text.encode()
    return b"HTTP/1.0 %d Said\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"neither here nor there",
        b"HTTP/1.0 200 OK\r\nContent-Length: 900\r\n\r\ntorn",
        _answer(200, ""),
        _answer(200, "— witness.example AAAAAAAA\n"),
        _answer(200, "é" * 20_000),
        _answer(302, ""),
        _answer(404, "no such log"),
        _answer(409, "many"),
        _answer(409, "-1"),
        _answer(409, "1" * 9_000),
        _answer(500, "torn"),
    ],
    ids=lambda said: said[:24].decode(errors="replace").strip(),
)
def test_web_witness_that_answers_nonsense_is_away(liar, memory, said):
    address, says = liar
    says.append(said)

    with pytest.raises(Away):
        hand_over(Web("web", address, memory.signer.verifier))

    assert answers() == []


def test_signature_of_another_witness_is_none(liar, memory):
    address, says = liar
    note = Checkpoint.objects.get().note
    says.append(_answer(200, SignerKey.make("witness.example", witness=True).cosignature(note, 1)))

    with pytest.raises(Away):
        hand_over(Web("web", address, memory.signer.verifier))


def test_word_for_a_longer_text_is_no_word_for_ours(liar, memory, settings):
    """Its key has signed, but our checkpoint and something else behind it."""
    address, says = liar
    note = Checkpoint.objects.get().note
    longer = f"{note}and something else\n"
    says.append(_answer(200, f"and something else\n\n{memory.signer.cosignature(longer, 1)}"))

    with pytest.raises(Away):
        hand_over(Web("web", address, memory.signer.verifier))
    receipt = Receipt(witness="web", checkpoint=1, size=1, at=timezone.now(), held=True)
    receipt.words = f"and something else\n\n{memory.signer.cosignature(longer, 1)}"
    receipt.save(force_insert=True)
    settings.LOG_WITNESSES = {"web": f"{address} {memory.signer.verifier}"}

    assert found() == (Fault.WITNESS, "witness web, checkpoint 1")


def test_damaged_copy_in_a_folder_is_another_note(tmp_path, settings):
    (tmp_path / "mounted").mkdir()
    witness = Folder("folder", tmp_path / "mounted")
    hand_over(witness)
    next(witness.path.glob("*.checkpoint")).write_bytes(b"\xff\xfe")
    settings.LOG_WITNESSES = {"folder": f"folder://{witness.path}"}

    with pytest.raises(AnotherLog):
        witness.keep(list(Checkpoint.objects.all()))
    assert found() == (Fault.WITNESS, "witness folder, checkpoint 1")


def test_slow_witness_keeps_nobody_waiting(tmp_path, write):
    """Each has a thread of its own."""
    begun, may_end, stopping = threading.Event(), threading.Event(), threading.Event()

    class Slow(File):
        every = 0.0

        def keep(self, checkpoints: Sequence[Checkpoint], after: Receipt | None = None) -> str:
            begun.set()
            may_end.wait(60)
            return super().keep(checkpoints, after)

    class Quick(File):
        every = 0.0

    slow, quick = Slow("slow", tmp_path / "slow.jsonl"), Quick("quick", tmp_path / "quick.jsonl")
    publishers = [publishing.Publisher(each, stopping) for each in (slow, quick)]
    for publisher in publishers:
        publisher.begin()
    assert begun.wait(60)
    write()
    sequence()
    while [copy.note for copy in quick.copies()] != notes():
        assert not stopping.wait(0.2)
    held_up = list(slow.copies())
    may_end.set()
    while [copy.note for copy in slow.copies()] != notes():
        assert not stopping.wait(0.2)
    stopping.set()
    for publisher in publishers:
        publisher.finish()

    assert held_up == []


# --- Which ones there are ----------------------------------------------------------------------------------


def test_witnesses_are_read_from_the_settings(settings, memory):
    settings.LOG_WITNESSES = {
        "a": "file:///var/log/checkpoints",
        "b": "folder:///mnt/witness",
        "c": f"https://witness.example/ {memory.signer.verifier}",
        "d": "mailto:witness@example.org",
    }

    assert [(type(each), each.name) for each in configured()] == [(File, "a"), (Folder, "b"), (Web, "c"), (Mail, "d")]

    settings.LOG_WITNESSES = {"e": "ftp://example.org"}
    with pytest.raises(UnusableWitness):
        configured()
