"""Files on their way in: no byte of them lies anywhere in clear, a scanner sees them, and what is not kept leaves."""

import asyncio
import io
import os
import socket
import struct
import tempfile
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import obstore
import pytest
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser
from django.test import RequestFactory

from cellule.vault.files import opened, store
from cellule.vault.uploads import Dropped, Refusal, Sealing

OWNER = uuid.uuid4()
MARKER = b"MARKER-IN-CLEAR "
# Over the size from which Django and its ASGI handler would write to disk.
LARGE = MARKER * 400_000
EICAR_LIKE = b"this is what the scanner of this test takes for a virus"


def arriving(handler: FileUploadHandler, content: bytes):
    boundary = "limit"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'.encode()
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )
    meta = {"CONTENT_TYPE": f"multipart/form-data; boundary={boundary}", "CONTENT_LENGTH": str(len(body))}
    return MultiPartParser(meta, io.BytesIO(body), [handler]).parse()[1].getlist("files")


def sealing() -> Sealing:
    return Sealing(RequestFactory().post("/"), OWNER)


def there(blob: uuid.UUID) -> bool:
    return str(blob) in {each["path"] for batch in obstore.list(store()) for each in batch}


def test_a_file_is_sealed_while_it_arrives_and_leaves_unless_it_is_kept():
    (upload,) = arriving(sealing(), LARGE)
    (kept,) = arriving(sealing(), b"kept")
    kept.is_kept = True

    made = upload.made
    assert (b"".join(opened(made)) == LARGE, upload.size, upload.head[:16]) == (True, len(LARGE), MARKER)
    assert MARKER not in obstore.get(store(), str(made.blob)).bytes().to_bytes()
    for each in (upload, kept):
        each.close()
    assert (there(made.blob), there(kept.made.blob)) == (False, True)


def test_no_temporary_file_is_ever_made(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none-there"))

    (upload,) = arriving(sealing(), LARGE)

    upload.close()
    assert upload.refusal is None
    with pytest.raises(FileNotFoundError):
        tempfile.mkstemp()


def test_pages_that_take_no_files_drop_them():
    assert arriving(Dropped(RequestFactory().post("/")), LARGE) == []


@pytest.mark.parametrize(("content", "refusal"), [(b"", Refusal.EMPTY), (b"a" * 1001, Refusal.TOO_LARGE)])
def test_a_refused_file_says_why_and_leaves_nothing(settings, content, refusal):
    settings.FILE_SIZE_LIMIT = 1000
    before = {each["path"] for batch in obstore.list(store()) for each in batch}

    (upload,) = arriving(sealing(), content)

    assert (upload.refusal, upload.made) == (refusal, None)
    assert {each["path"] for batch in obstore.list(store()) for each in batch} == before


# --- The scanner ------------------------------------------------------------------------------------


@pytest.fixture
def scanner(settings, tmp_path_factory):
    """A scanner on a local socket, which speaks what clamd speaks; gives what it was shown."""
    folder = Path(tempfile.mkdtemp(prefix="scan-"))
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(folder / "s"))
    server.listen()
    shown: list[bytes] = []
    answering = threading.Thread(target=_answer, args=(server, shown), daemon=True)
    answering.start()
    settings.SCANNER_SOCKET = str(folder / "s")
    yield shown
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    answering.join(5)
    (folder / "s").unlink()
    folder.rmdir()


def _answer(server: socket.socket, shown: list[bytes]) -> None:
    while True:
        try:
            talk, _address = server.accept()
        except OSError:
            return
        with talk, talk.makefile("rb") as asked:
            if asked.read(10) != b"zINSTREAM\0":
                continue
            content = b""
            while size := struct.unpack(">I", asked.read(4))[0]:
                content += asked.read(size)
            shown.append(content)
            talk.sendall(b"stream: Test.Virus FOUND\0" if EICAR_LIKE in content else b"stream: OK\0")


def test_the_scanner_sees_every_byte(scanner):
    (upload,) = arriving(sealing(), LARGE)

    assert (upload.refusal, scanner == [LARGE]) == (None, True)
    upload.close()


def test_what_the_scanner_finds_is_refused_and_leaves_nothing(scanner):
    (found,) = arriving(sealing(), b"..." + EICAR_LIKE)

    assert (found.refusal, found.made) == (Refusal.INFECTED, None)


def test_while_the_scanner_is_away_nothing_is_taken(settings, tmp_path):
    settings.SCANNER_SOCKET = str(tmp_path / "away")

    (upload,) = arriving(sealing(), b"anything")

    assert (upload.refusal, upload.made) == (Refusal.UNSEEN, None)


# --- ASGI -------------------------------------------------------------------------------------------


def test_a_body_under_asgi_lies_on_disk_only_sealed():
    from cellule.asgi import Handler

    pieces = [LARGE[start : start + 100_000] for start in range(0, len(LARGE), 100_000)]
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> dict:
        return messages.pop(0)

    # In a thread of its own: after a test with a browser a loop still runs in this one.
    with ThreadPoolExecutor(1) as thread:
        body = thread.submit(lambda: asyncio.run(Handler().read_body(receive))).result()

    size = os.fstat(body._file.fileno()).st_size
    on_disk = os.pread(body._file.fileno(), size, 0)
    assert (size > len(LARGE), MARKER in on_disk, MARKER in LARGE) == (True, False, True)
    assert (body.read(10), body.readline(6), body.read()) == (LARGE[:10], LARGE[10:16], LARGE[16:])
    assert body.read() == b""
    body.close()
