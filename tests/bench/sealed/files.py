"""One round of sealing and opening a file, here and with the bare cipher, in MiB/s; and the memory of a large one."""

import hashlib
import os
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from django.conf import settings
from django.test import RequestFactory

from cellule.vault.files import PIECE, FileSealer, SealedFile, discard, opened
from cellule.vault.uploads import Sealing

MIB = 1 << 20
CONTENT = os.urandom(MIB)


def turn(mib: int) -> dict[str, float]:
    """MiB/s of our way and of the bare cipher, sealing and opening; both write to the same disk and read from it."""
    Path(settings.FILE_STORE).mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.FILE_STORE) as folder:
        plain, key = Path(folder) / "raw", Cobblestone256Encryptor.generate_key()
        raw_seal = _speed(mib, lambda: _raw_seal(plain, key, mib))
        made: list[SealedFile] = []
        seal = _speed(mib, lambda: made.append(_seal(mib)))
        raw_open = _speed(mib, lambda: _raw_open(plain, key))
        open_ = _speed(mib, lambda: sum(len(piece) for piece in opened(made[0])))
        discard(made[0].blob)
    digest = hashlib.sha256()
    hashed = _speed(mib, lambda: [digest.update(CONTENT) for _ in range(mib)])
    return {"seal": seal, "raw_seal": raw_seal, "open": open_, "raw_open": raw_open, "hash": hashed}


def memory(mib: int) -> float:
    """By how many MB this process grows while a file of so many MiB arrives and is given on."""
    before, most, is_over = _resident(), [0], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.005):
            most[0] = max(most[0], _resident())

    watching = threading.Thread(target=watch)
    watching.start()
    arriving = Sealing(RequestFactory().post("/"), uuid.uuid4())
    arriving.new_file("files", "large.mp4", "video/mp4", None)
    piece = CONTENT[: arriving.chunk_size]
    for start in range(0, mib * MIB, len(piece)):
        arriving.receive_data_chunk(piece, start)
    upload = arriving.file_complete(mib * MIB)
    for _piece in opened(upload.made):
        pass
    upload.close()
    is_over.set()
    watching.join()
    return max(most[0] - before, 0) / 1_000_000


def _resident() -> int:
    """Bytes that this process has in memory now (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _seal(mib: int) -> SealedFile:
    sealing = FileSealer(uuid.uuid4())
    for _ in range(mib):
        sealing.write(CONTENT)
    return sealing.close()


def _raw_seal(path: Path, key: bytes, mib: int) -> None:
    sealing: Any = Cobblestone256Encryptor(key, b"bench")
    with path.open("wb") as file:
        for _ in range(mib):
            file.write(sealing.update(CONTENT))
        file.write(sealing.finalize())
        file.flush()
        os.fsync(file.fileno())


def _raw_open(path: Path, key: bytes) -> None:
    opening: Any = Cobblestone256Decryptor(key, b"bench")
    with path.open("rb") as file:
        while sealed := file.read(PIECE):
            opening.update(sealed)
        opening.finalize()


def _speed(mib: int, work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return mib / (time.perf_counter() - began)
