"""A file on its way through a real server: nothing of it lies anywhere in clear, and a broken connection keeps nothing."""

import asyncio
import http.client
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from cases.models import File
from cellule.vault.models import FileKey
from tests.people import acting, signed_in

MARKER = b"MARKER-IN-CLEAR"
# Over the size from which Django, and its handler for ASGI, would write to disk.
PAPER = MARKER + " : ce qu’elle a dit.\n".encode() * 150_000
LIMIT = b"limit-of-a-part"
PIECE = 100_000


@pytest.fixture
def address(transactional_db, open_inquiry) -> str:
    return f"/dossiers/{open_inquiry(acting('claire')).code}/documents/"


def body_of(client: Client, address: str, content: bytes) -> bytes:
    """What a browser sends from the page: the fields before the file, the file, what follows it."""
    page = client.get(f"{address}nouveaux/")
    before = {"csrfmiddlewaretoken": str(page.context["csrf_token"]), "once": page.context["form"]["once"].value()}
    parts = [b'name="%s"\r\n\r\n%s' % (name.encode(), value.encode()) for name, value in before.items()]
    parts += [b'name="files"; filename="recit.txt"\r\nContent-Type: text/plain\r\n\r\n' + content]
    parts += [b'name="is_whole"\r\n\r\nTrue']
    told = b"\r\n".join(b"--%s\r\nContent-Disposition: form-data; %s" % (LIMIT, part) for part in parts)
    return told + b"\r\n--%s--\r\n" % LIMIT


def headers_of(client: Client, body: bytes) -> dict[str, str]:
    return {
        "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()),
        "Content-Type": f"multipart/form-data; boundary={LIMIT.decode()}",
        "Content-Length": str(len(body)),
    }


def in_pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), PIECE):
        yield body[start : start + PIECE]


def in_clear() -> list[str]:
    """Every file that this process has open, or that lies in its folders, and that holds the marker."""
    folders = [Path(settings.DATA), Path(settings.FILE_STORE), Path(tempfile.gettempdir())]
    below = {path for folder in folders for path in folder.glob("**/*" if folder != folders[-1] else "tmp*")}
    return sorted(str(path) for path in [*below, *Path("/proc/self/fd").iterdir()] if _holds_marker(path))


def _holds_marker(path: Path) -> bool:
    try:
        # Pipes and sockets are asked for nothing.
        return stat.S_ISREG(path.stat().st_mode) and MARKER in path.read_bytes()
    except OSError:
        return False


def kept() -> tuple[int, int, list[str]]:
    """Rows, keys, and what lies in the store, unfinished files too."""
    return (
        File.objects.count(),
        FileKey.objects.count(),
        sorted(path.name for path in Path(settings.FILE_STORE).iterdir()),
    )


def comes_true(question: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not question() and time.monotonic() < end:
        time.sleep(0.05)
    return question()


def test_what_lies_in_clear_is_found():
    with tempfile.TemporaryFile() as unnamed, tempfile.NamedTemporaryFile() as named:
        for each in (unnamed, named):
            each.write(PAPER)
            each.flush()

        assert {named.name, f"/proc/self/fd/{unnamed.fileno()}"} <= set(in_clear())

    assert in_clear() == []


def test_nothing_of_a_file_lies_in_clear_while_it_arrives(live_server, address):
    claire = signed_in("claire")
    body, found = body_of(claire, address, PAPER), []
    connection = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=60)
    connection.putrequest("POST", f"{address}nouveaux/")
    for name, value in headers_of(claire, body).items():
        connection.putheader(name, value)
    connection.endheaders()

    for number, piece in enumerate(in_pieces(body)):
        connection.send(piece)
        found += in_clear() if number % 8 == 7 else []
    answer = connection.getresponse()
    found += in_clear()
    connection.close()

    assert (answer.status, answer.headers["Location"], found) == (302, address, [])
    taken = claire.post(f"{address}{File.objects.get().pk}/telecharger/")
    assert b"".join(taken.streaming_content) == PAPER


@pytest.mark.parametrize("left_out", [60, 200, 3_000_000])
def test_a_broken_connection_keeps_nothing(live_server, address, left_out):
    claire, before = signed_in("claire"), kept()
    body = body_of(claire, address, PAPER * 4)
    connection = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=60)
    connection.putrequest("POST", f"{address}nouveaux/")
    for name, value in headers_of(claire, body).items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(body[:-left_out])
    # It is on its way into the store.
    assert comes_true(lambda: kept() != before)

    connection.close()

    assert comes_true(lambda: kept() == before)
    claire.get(address)
    assert kept() == before


def test_nothing_of_a_file_lies_in_clear_under_asgi(address):
    from cellule.asgi import Handler

    claire = signed_in("claire")
    body, found, answers = body_of(claire, address, PAPER), [], []
    pieces = list(in_pieces(body))
    count = len(pieces)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": f"{address}nouveaux/",
        "query_string": b"",
        "headers": [(b"host", b"testserver")]
        + [(name.lower().encode(), value.encode()) for name, value in headers_of(claire, body).items()],
    }

    async def receive() -> dict:
        if not pieces:
            await asyncio.sleep(60)
        if len(pieces) in {count // 2, 1}:
            found.extend(in_clear())
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: dict) -> None:
        answers.append(message)
        found.extend(in_clear())

    # In a thread of its own: after a test with a browser a loop still runs in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(Handler()(scope, receive, send))).result()

    assert (answers[0]["status"], found) == (302, [])
    taken = claire.post(f"{address}{File.objects.get().pk}/telecharger/")
    assert b"".join(taken.streaming_content) == PAPER
