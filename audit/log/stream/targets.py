"""Where entries go: a file of JSON lines, or a collector that speaks syslog."""

import os
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from audit.log.models import Entry, Leaf
from audit.log.stream.lines import line, message

Placed = tuple[Leaf, Entry]
# The row that keeps how far a collector has got holds its address.
LONGEST = 200
_PATIENCE_SECONDS = 10
# How long a collector may take to read to the end when we hang up.
_LAST_WORDS_SECONDS = 3
_PORTS = {"syslog": 514, "syslog+tcp": 601, "syslog+tls": 6514}


class UnknownTarget(ValueError):
    """An address that names no collector."""


class Torn(OSError):
    """The connection broke after something was sent: what the collector had not read yet went with it."""


class Target(Protocol):
    """What takes entries; `take` returns once they are out of our hands. OSError when they are not, Torn as well as
    what was sent last; so does `close`.
    """

    def take(self, entries: Sequence[Placed]) -> None: ...

    def close(self) -> None: ...


def target(address: str) -> Target:
    """Give the collector at file:///…, syslog://…, syslog+tcp://…, syslog+tls://… or syslog+unix:///…; UnknownTarget."""
    if len(address) > LONGEST:
        raise UnknownTarget("too long")
    try:
        return _target(address)
    except ValueError:
        # An address in brackets that is none, a port that is no number: the words of the error may hold a password.
        raise UnknownTarget("malformed") from None


def _target(address: str) -> Target:
    parts = urlsplit(address)
    path = Path(unquote(parts.path))
    if parts.scheme == "file" and path.name and not parts.netloc:
        return Lines(path)
    if parts.scheme == "syslog+unix" and path.name and not parts.netloc:
        return Datagrams(socket.AF_UNIX, str(path))
    if parts.scheme in _PORTS and parts.hostname:
        there = (parts.hostname, parts.port or _PORTS[parts.scheme])
        if parts.scheme == "syslog":
            return Datagrams(socket.AF_UNSPEC, there)
        return Octets(there, tls=parts.scheme == "syslog+tls")
    raise UnknownTarget("unknown")


class Lines:
    """A file that only grows. Renamed by whoever rotates it, it is begun anew; what a kill tore off is taken back."""

    def __init__(self, path: Path) -> None:
        self._path, self._file = path, -1

    def take(self, entries: Sequence[Placed]) -> None:
        """Write the lines and wait until the disk has them."""
        self._open()
        words = b"".join(line(*each) + b"\n" for each in entries)
        while words:
            words = words[os.write(self._file, words) :]
        os.fsync(self._file)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _open(self) -> None:
        if self._file >= 0 and self._is_still_there():
            return
        self.close()
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._take_back_what_was_torn()

    def _is_still_there(self) -> bool:
        try:
            named, ours = self._path.stat(), os.fstat(self._file)
        except FileNotFoundError:
            return False
        return (named.st_dev, named.st_ino) == (ours.st_dev, ours.st_ino)

    def _take_back_what_was_torn(self) -> None:
        """End the file with its last whole line: the rest comes again."""
        end = os.fstat(self._file).st_size
        while end:
            start = max(0, end - 65_536)
            found = os.pread(self._file, end - start, start).rfind(b"\n")
            if found >= 0:
                end = start + found + 1
                break
            end = start
        os.ftruncate(self._file, end)


class Datagrams:
    """Syslog, each message in a datagram: over UDP (RFC 5426), which may lose some, or to the machine's own socket."""

    def __init__(self, family: int, there: str | tuple[str, int]) -> None:
        self._family, self._there = family, there
        self._socket: socket.socket | None = None

    def take(self, entries: Sequence[Placed]) -> None:
        """Send the messages."""
        if self._socket is None:
            self._socket = self._connected()
        try:
            for each in entries:
                self._socket.send(message(*each))
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        family: int = self._family
        there: Any = self._there
        if isinstance(there, tuple):
            host, port = there
            family, _kind, _protocol, _name, there = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        made = socket.socket(family, socket.SOCK_DGRAM)
        try:
            made.settimeout(_PATIENCE_SECONDS)
            made.connect(there)
        except OSError:
            made.close()
            raise
        return made


class Octets:
    """Syslog over TCP with counted octets (RFC 6587), or over TLS (RFC 5425) with the machine's certificates.

    Nobody acknowledges a message: that a connection broke, and not that it was ended, tells that some may be lost.
    """

    def __init__(self, there: tuple[str, int], *, tls: bool) -> None:
        self._there, self._tls = there, tls
        self._socket: socket.socket | None = None

    def take(self, entries: Sequence[Placed]) -> None:
        """Send the messages, on a new connection where the collector has ended the last one."""
        if self._socket is not None and self._has_ended(self._socket):
            self._drop()
        if self._socket is None:
            self._socket = self._connected()
        words = [message(*each) for each in entries]
        try:
            self._socket.sendall(b"".join(b"%d %s" % (len(each), each) for each in words))
        except OSError as error:
            self._drop()
            raise Torn from error

    def close(self) -> None:
        """Hang up once the collector has read to the end, or after a while. Raises Torn where it went before."""
        if self._socket is None:
            return
        try:
            self._say_goodbye(self._socket)
        except (Torn, ConnectionError) as error:
            raise Torn from error
        except OSError:
            # It keeps its end open: what we sent is on its way.
            return
        finally:
            self._drop()

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        made = socket.create_connection(self._there, timeout=_PATIENCE_SECONDS)
        if not self._tls:
            return made
        try:
            return ssl.create_default_context().wrap_socket(made, server_hostname=self._there[0])
        except OSError:
            made.close()
            raise

    def _has_ended(self, connected: socket.socket) -> bool:
        """Whether the collector has hung up: what we sent then would be lost without an error. Raises Torn."""
        connected.setblocking(False)
        try:
            return connected.recv(1) == b""
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError as error:
            self._drop()
            raise Torn from error
        finally:
            if self._socket is not None:
                connected.settimeout(_PATIENCE_SECONDS)

    def _say_goodbye(self, connected: socket.socket) -> None:
        # What lies here unread (tickets of TLS 1.3) would make the machine break the connection instead of ending it.
        if self._has_ended(connected):
            return
        connected.settimeout(_LAST_WORDS_SECONDS)
        if isinstance(connected, ssl.SSLSocket):
            connected.unwrap()
        connected.shutdown(socket.SHUT_WR)
        while connected.recv(4096):
            continue
