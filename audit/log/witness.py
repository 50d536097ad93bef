"""A small witness of its own (C2SP tlog-witness), to run on a machine that the log's operator does not hold:

    python -m audit.log.witness STATE-FOLDER --name NAME --log LOG-KEY --port 8900

It keeps its key and, for the log, the last size and root; it signs a checkpoint only when that leads on from them.
"""

import argparse
import base64
import binascii
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from audit.log.merkle import EMPTY_ROOT, proves_consistency
from audit.log.note import NotSigned, SignerKey, VerifierKey, open_note
from audit.log.statement import Statement

_LONGEST = 100_000


class Memory:
    """What a witness remembers, in a folder: its key, the log's present key, and the last checkpoint it signed."""

    def __init__(self, folder: Path, name: str, log: VerifierKey) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path, self._lock = folder / "witness.json", threading.Lock()
        if self._path.exists():
            told = json.loads(self._path.read_text(encoding="utf-8"))
            self.signer = SignerKey(told["name"], base64.b64decode(told["private"]), 4)
            self.log, self.size, self.root = VerifierKey.parse(told["log"]), told["size"], bytes.fromhex(told["root"])
        else:
            self.signer = SignerKey.make(name, witness=True)
            self.log, self.size, self.root = log, 0, EMPTY_ROOT
            self._keep()

    def add(self, body: str) -> tuple[int, str]:
        """Answer one `add-checkpoint`: the status, and the signature line or what goes with a refusal."""
        try:
            head, _blank, note = body.partition("\n\n")
            first, *lines = head.split("\n")
            old = int(first.removeprefix("old "))
            proof = [base64.b64decode(line, validate=True) for line in lines]
            statement = Statement.parse(note)
        except (NotSigned, ValueError, binascii.Error):
            return 400, ""
        if statement.origin != self.log.name:
            return 404, ""
        with self._lock:
            return self._add(statement, note, old, proof)

    def _add(self, statement: Statement, note: str, old: int, proof: list[bytes]) -> tuple[int, str]:
        # The key changes by a note that both keys have signed; that note may come again once the key has changed.
        try:
            signer = VerifierKey.parse(statement.key) if statement.next_key == str(self.log) else self.log
            following = statement.key_after(note, signer)
        except NotSigned:
            return 403, ""
        if old > statement.size:
            return 400, ""
        if old != self.size:
            return 409, f"{self.size}\n"
        if not proves_consistency(old, statement.size, proof, self.root, statement.root):
            return (409, f"{self.size}\n") if old == statement.size else (422, "")
        self.log, self.size, self.root = following, statement.size, statement.root
        # Remembered before it is said: a crash in between costs one answer, never two histories.
        self._keep()
        return 200, self.signer.cosignature(open_note(note), int(time.time()))

    def _keep(self) -> None:
        told = {
            "name": self.signer.name,
            "private": base64.b64encode(self.signer.private).decode(),
            "log": str(self.log),
            "size": self.size,
            "root": self.root.hex(),
        }
        beside = self._path.with_suffix(".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)


def server(memory: Memory, port: int, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """Give the witness's server, bound and not yet serving."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            status, words = 404, ""
            if self.path == "/add-checkpoint" and 0 < length <= _LONGEST:
                status, words = memory.add(self.rfile.read(length).decode(errors="replace"))
            self.send_response(status)
            self.send_header("Content-Type", "text/x.tlog.size" if status == 409 else "text/plain")
            self.end_headers()
            self.wfile.write(words.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing of each request."""

    return ThreadingHTTPServer((host, port), Door)


def main() -> None:
    parser = argparse.ArgumentParser(description="Keep and sign the checkpoints of one log.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8900)
    options = parser.parse_args()
    memory = Memory(options.folder, options.name, VerifierKey.parse(options.log))
    print(f"This witness signs as {memory.signer.verifier}", flush=True)
    server(memory, options.port, options.host).serve_forever()


if __name__ == "__main__":
    main()
