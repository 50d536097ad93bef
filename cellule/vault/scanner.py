"""A virus scanner behind a local socket (the protocol of clamd, `INSTREAM`): it sees the bytes while they are sealed."""

import socket
import struct

from cellule.vault.sealing import VaultError

# Nobody waits longer for a scanner that hangs.
SECONDS = 30
# clamd takes pieces up to its own limit; these fit any.
PIECE = 64 * 1024
ANSWER = 4096


class ScannerAway(VaultError):
    """The scanner does not answer, or not in its protocol: nothing may be taken unseen."""


class Scan:
    """One file shown to the scanner, piece by piece. Raises ScannerAway."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(SECONDS)
        try:
            self._socket.connect(path)
            self._socket.sendall(b"zINSTREAM\0")
        except OSError:
            self._socket.close()
            raise ScannerAway from None

    def show(self, data: bytes) -> None:
        """Show the next bytes of the file."""
        try:
            for start in range(0, len(data), PIECE):
                piece = data[start : start + PIECE]
                self._socket.sendall(struct.pack(">I", len(piece)) + piece)
        except OSError:
            raise ScannerAway from None

    def is_clean(self) -> bool:
        """Say that the file is complete, and give the verdict."""
        try:
            self._socket.sendall(struct.pack(">I", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < ANSWER and (more := self._socket.recv(ANSWER)):
                answer += more
        except OSError:
            raise ScannerAway from None
        verdict = answer.rstrip(b"\0").strip()
        if verdict == b"stream: OK":
            return True
        if verdict.endswith(b" FOUND"):
            return False
        raise ScannerAway

    def close(self) -> None:
        """End the talk, also in the middle of a file."""
        self._socket.close()
