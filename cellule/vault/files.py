"""Files under seal: bytes are sealed piece by piece on their way into the store, and opened on their way out.

Cobblestone-256 under a random key of its own for each blob, bound to the owner and the blob's random name. The size in
the store is padded; name, type, true size and hash lie in the sealed record of the row. The store is a folder, or
speaks the S3 protocol, by one setting.
"""

import datetime
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import obstore
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from cellule.vault.models import FileKey
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen, VaultError, length_prefixed, record_header, unwrap, wrap
from cellule.vault.unlocked import OpenedOwner, Sealer

# How much of a file is in memory at a time.
PIECE = 1 << 20
# Nobody waits longer for a store that is away.
PATIENCE = datetime.timedelta(seconds=15)
# Below this all files look alike.
SMALLEST = 64 * 1024


class BrokenFile(CannotOpen):
    """The sealed bytes were cut, altered or lost; nothing of them is shown."""


class StoreAway(VaultError):
    """The store takes or gives nothing now: it is full, away or refuses us."""


@dataclass(frozen=True, repr=False)
class SealedFile:
    """A blob that lies complete in the store, with the key that opens it; nothing else holds that key yet."""

    blob: uuid.UUID
    owner: uuid.UUID
    key: bytes
    size: int


class FileSealer:
    """Seals what is written to it into a new blob of one owner; no more than a piece is ever in memory.

    Raises StoreAway. What is not closed is not in the store.
    """

    def __init__(self, owner: uuid.UUID) -> None:
        self.owner, self.blob, self.size = owner, uuid.uuid4(), 0
        self._key = Cobblestone256Encryptor.generate_key()
        self._sealing = Cobblestone256Encryptor(self._key, _context(owner, self.blob))
        with _store_faults():
            self._writer: Any = obstore.open_writer(store(), str(self.blob))

    def write(self, data: bytes) -> None:
        """Seal the next bytes of the file."""
        self.size += len(data)
        with _store_faults():
            self._writer.write(self._sealing.update(data))

    def close(self) -> SealedFile:
        """Fill up to the padded size, and put the blob into the store."""
        missing = padded(self.size) - self.size
        with _store_faults():
            while missing:
                piece = min(missing, PIECE)
                self._writer.write(self._sealing.update(bytes(piece)))
                missing -= piece
            self._writer.write(self._sealing.finalize())
            self._writer.close()
            _keep_through_a_power_cut(self.blob)
        return SealedFile(self.blob, self.owner, self._key, self.size)

    def abandon(self) -> None:
        """Leave nothing in the store of what was written so far."""
        self._writer = None


def sealed(owner: uuid.UUID, content: bytes) -> SealedFile:
    """Seal bytes that are in memory as a whole. Raises StoreAway."""
    sealing = FileSealer(owner)
    sealing.write(content)
    return sealing.close()


def opened(file: SealedFile) -> Iterator[bytes]:
    """Open a blob piece by piece, without its padding.

    Raises BrokenFile once a piece does not hold, at the latest after the last one; who must not act on a part of the
    file reads it to the end first. Raises StoreAway.
    """
    opening = Cobblestone256Decryptor(file.key, _context(file.owner, file.blob))
    left = file.size
    with _store_faults():
        try:
            for sealed_piece in _read(file.blob):
                piece = opening.update(sealed_piece)
                if left > 0 and piece:
                    yield piece if len(piece) <= left else piece[:left]
                left -= len(piece)
            piece = opening.finalize()
        except (FileNotFoundError, InvalidTag, ValueError):
            raise BrokenFile from None
    if left > len(piece):
        raise BrokenFile
    if left > 0:
        yield piece[:left]


def padded(size: int) -> int:
    """Give the length in bytes to which a file is filled up, so that its size tells little: at most 12 % more.

    Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", PETS 2019).
    """
    if size <= SMALLEST:
        return SMALLEST
    exponent = size.bit_length() - 1
    coarse = exponent - exponent.bit_length()
    return -(-size >> coarse) << coarse


# --- Keys -------------------------------------------------------------------------------------------


def keep_key(sealer: Sealer, compartment: Compartment, file: uuid.UUID, made: SealedFile) -> None:
    """Put the key of a blob under the owner's key: from now on the file's row can be opened. In its transaction."""
    version, wrapping = sealer.keys[compartment.value]
    row = FileKey(blob=made.blob, file=file, owner=made.owner, compartment=compartment, version=version)
    row.wrap = wrap(wrapping, version, made.key, _binding(row))
    row.save(force_insert=True)


def with_key(keys: OpenedOwner, blob: uuid.UUID, file: uuid.UUID, size: int) -> SealedFile:
    """Open the key of a blob that belongs to a row; `size` in bytes, as the row's record says.

    Raises BrokenFile when the key was destroyed or does not fit.
    """
    row = FileKey.objects.filter(blob=blob, file=file, owner=keys.owner).first()
    if row is None:
        raise BrokenFile
    wrapping: AESGCM | None = keys.keys.get((row.compartment, record_header(row.version)))
    if wrapping is None:
        raise BrokenFile
    try:
        key = unwrap(wrapping, bytes(row.wrap), _binding(row))
    except CannotOpen:
        raise BrokenFile from None
    return SealedFile(blob, keys.owner, key, size)


def destroy_keys(file: uuid.UUID) -> int:
    """Destroy all keys of one file, which takes no key; gives how many. The store is swept of its blobs afterwards."""
    return FileKey.objects.filter(file=file).delete()[0]


def destroy_keys_of(owner: uuid.UUID, compartment: Compartment | None = None) -> int:
    """Destroy the keys of all files of an owner, or of one of its compartments; takes no key, gives how many.

    Belongs into the transaction that destroys the owner or the compartment. The store is swept afterwards.
    """
    dying = FileKey.objects.filter(owner=owner)
    if compartment is not None:
        dying = dying.filter(compartment=compartment)
    return dying.delete()[0]


def _binding(row: FileKey) -> bytes:
    return length_prefixed(b"file key", row.owner.bytes, row.file.bytes, row.blob.bytes, str(row.compartment).encode())


def _context(owner: uuid.UUID, blob: uuid.UUID) -> bytes:
    return length_prefixed(b"cellule/1/file", owner.bytes, blob.bytes)


# --- The store --------------------------------------------------------------------------------------


def discard(blob: uuid.UUID | str) -> None:
    """Take a blob out of the store; none there is as well."""
    with _store_faults():
        try:
            obstore.delete(store(), str(blob))
        except FileNotFoundError:
            return


def sweep(older_than: datetime.datetime) -> int:
    """Take blobs out of the store that no key opens and that are older than a moment; gives how many."""
    swept = 0
    for batch in obstore.list(store(), chunk_size=1000):
        old = {each["path"] for each in batch if each["last_modified"] < older_than}
        known = FileKey.objects.filter(blob__in=[_named(name) for name in old if _named(name)])
        for name in old - {str(blob) for blob in known.values_list("blob", flat=True)}:
            discard(name)
            swept += 1
    return swept + _sweep_unfinished(older_than)


def _sweep_unfinished(older_than: datetime.datetime) -> int:
    """Take away what a process that was killed left half-written in a folder; a bucket ends such uploads by its rule."""
    if "://" in settings.FILE_STORE:
        return 0
    left = [path for path in Path(settings.FILE_STORE).glob("*#*") if path.stat().st_mtime < older_than.timestamp()]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _named(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(name)
    except ValueError:
        return None


def store() -> Any:
    """The store that the settings name: an `s3://bucket/prefix` with its options, else a folder."""
    return _store(settings.FILE_STORE, tuple(sorted(settings.FILE_STORE_OPTIONS.items())))


@lru_cache(maxsize=4)
def _store(place: str, options: tuple[tuple[str, Any], ...]) -> Any:
    if "://" in place:
        told: Any = dict(options)
        retry: Any = {"max_retries": 3, "retry_timeout": PATIENCE}
        return from_url(
            place,
            config=told,
            # A store on the same machine, or one behind a tunnel of its own: what it sees is sealed.
            client_options={"allow_http": told.get("endpoint", "").startswith("http://")},
            retry_config=retry,
        )
    folder = Path(place)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(folder)


def _read(blob: uuid.UUID) -> Iterator[bytes]:
    """The sealed bytes of a blob, piece by piece (FileNotFoundError). A folder is read past the library: twice as fast."""
    if "://" in settings.FILE_STORE:
        reader: Any = obstore.open_reader(store(), str(blob), buffer_size=PIECE)
        while piece := reader.read(PIECE):
            yield piece
        return
    with (Path(settings.FILE_STORE) / str(blob)).open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _keep_through_a_power_cut(blob: uuid.UUID) -> None:
    """A row says that the bytes are there: they must not be in the machine's memory alone."""
    if "://" in settings.FILE_STORE:
        return
    for path in (Path(settings.FILE_STORE) / str(blob), Path(settings.FILE_STORE)):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _store_faults() -> Iterator[None]:
    """Whatever the store answers becomes one error of ours, without its text: that names addresses."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError):
        raise StoreAway from None
