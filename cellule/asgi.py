"""The door for ASGI servers. Django spools a request's body into a temporary file; here that file is sealed."""

import os
import tempfile
from typing import Any

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from django import setup
from django.core.handlers.asgi import ASGIHandler, RequestAborted

_PIECE = 256 * 1024


class SealedSpool:
    """A request's body on its way in: written once, read once, on disk only under a key that is nowhere else."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed with the request
        key = Cobblestone256Encryptor.generate_key()
        self._sealing: Cobblestone256Encryptor = Cobblestone256Encryptor(key, b"cellule/1/body")
        self._opening: Cobblestone256Decryptor = Cobblestone256Decryptor(key, b"cellule/1/body")
        self._rest, self._is_over, self.closed = b"", False, False

    def write(self, data: bytes) -> int:
        """Add the next bytes of the body."""
        self._file.write(self._sealing.update(data))
        return len(data)

    def complete(self) -> None:
        """Turn to reading: everything has arrived."""
        self._file.write(self._sealing.finalize())
        self._file.seek(0)

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes, all that are left for a negative `size`."""
        parts, got = [self._rest], len(self._rest)
        while not self._is_over and (size < 0 or got < size):
            sealed = self._file.read(_PIECE)
            self._is_over = not sealed
            parts.append(self._opening.update(sealed) if sealed else self._opening.finalize())
            got += len(parts[-1])
        content = b"".join(parts)
        given, self._rest = (content, b"") if size < 0 else (content[:size], content[size:])
        return given

    def readline(self, size: int = -1) -> bytes:
        """Give the next line, as streams do."""
        line = b""
        while (size < 0 or len(line) < size) and not line.endswith(b"\n") and (byte := self.read(1)):
            line += byte
        return line

    def close(self) -> None:
        """Let the bytes go."""
        self.closed = True
        self._file.close()


class Handler(ASGIHandler):
    """Django's handler, with the one difference that nothing of a request lies on disk in clear."""

    async def read_body(self, receive: Any) -> SealedSpool:
        """Read a request's body; RequestAborted when the client left in the middle."""
        body = SealedSpool()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                body.close()
                raise RequestAborted
            body.write(message.get("body", b""))
            if not message.get("more_body", False):
                break
        body.complete()
        return body


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cellule.settings")
setup(set_prefix=False)
application = Handler()
