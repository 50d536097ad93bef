"""A bucket that speaks the S3 protocol, on this machine: as much of it as sealing, opening and sweeping ask for."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


class Bucket(ThreadingHTTPServer):
    """Objects and unfinished uploads by name."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def bucket() -> Iterator[Bucket]:
    """Serve an empty bucket for as long as it is needed."""
    served = Bucket()
    serving = threading.Thread(target=served.serve_forever, daemon=True)
    serving.start()
    try:
        yield served
    finally:
        served.shutdown()
        served.server_close()
        serving.join(5)


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def do_PUT(self) -> None:
        content = self._body()
        if "partNumber" in self._asked:
            self.server.parts.setdefault(self._name, {})[int(self._asked["partNumber"][0])] = content
        else:
            self.server.objects[self._name] = content
        self._answer(200, ETag='"tag"')

    def do_POST(self) -> None:
        content = self._body()
        if "delete" in self._asked:
            names = re.findall(r"<Key>(.*?)</Key>", content.decode())
            for name in names:
                self.server.objects.pop(name, None)
            told = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in names)
            self._answer(200, f"<DeleteResult>{told}</DeleteResult>".encode())
            return
        if "uploads" in self._asked:
            words = f"<Bucket>b</Bucket><Key>{self._name}</Key><UploadId>one</UploadId>"
            self._answer(200, f"<InitiateMultipartUploadResult>{words}</InitiateMultipartUploadResult>".encode())
            return
        parts = self.server.parts.pop(self._name)
        self.server.objects[self._name] = b"".join(parts[number] for number in sorted(parts))
        told = "<CompleteMultipartUploadResult><ETag>tag</ETag></CompleteMultipartUploadResult>"
        self._answer(200, told.encode())

    def do_GET(self) -> None:
        content = self.server.objects.get(self._name)
        if content is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        total, status, more = len(content), 200, {}
        if told := self.headers.get("Range"):
            first, _, last = told.removeprefix("bytes=").partition("-")
            end = min(int(last) if last else total - 1, total - 1)
            content, status = content[int(first) : end + 1], 206
            more = {"Content-Range": f"bytes {first}-{end}/{total}"}
        self._answer(status, content, **more, ETag='"tag"', **{"Last-Modified": "Sun, 01 Mar 2026 00:00:00 GMT"})

    do_HEAD = do_GET

    def do_DELETE(self) -> None:
        self.server.objects.pop(self._name, None)
        self._answer(204)

    @property
    def _name(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/bucket/")

    @property
    def _asked(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.path).query, keep_blank_values=True)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *told: object) -> None:
        """Say nothing."""
