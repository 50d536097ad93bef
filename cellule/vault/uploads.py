"""What happens to a file while it arrives: it is sealed piece by piece, or dropped; it is never a file in clear."""

import hashlib
import uuid
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cellule.vault.files import FileSealer, SealedFile, StoreAway, discard
from cellule.vault.scanner import Scan, ScannerAway

# What tells the type of a file stands in its first bytes.
HEAD = 4096


class Refusal(models.TextChoices):
    """Why a file was not taken while it arrived."""

    TOO_LARGE = "too_large", _("This file is too large.")
    EMPTY = "empty", _("This file is empty.")
    INFECTED = "infected", _("The virus scanner found something in this file. Do not open it on your computer.")
    UNSEEN = "unseen", _("The virus scanner does not answer. No file can be taken now: try again later.")
    NO_STORE = "no_store", _("The place for files does not answer. No file can be taken now: try again later.")


class Dropped(FileUploadHandler):
    """The handler of every page that takes no files: the bytes go nowhere."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


class SealedUpload(UploadedFile):
    """A file that arrived and lies sealed in the store; its key is in this request's memory alone.

    `head`: the first bytes; `sha256`: of all of them, in hex; `refusal`: why nothing was kept, or None. Unless somebody
    keeps it, it leaves the store with the request.
    """

    def __init__(self, name: str, size: int, head: bytes, sha256: str, made: SealedFile | None, refusal: Any) -> None:
        super().__init__(file=None, name=name, size=size)
        self.head, self.sha256, self.made, self.refusal = head, sha256, made, refusal
        self.is_kept = False

    def close(self) -> None:
        if self.made is not None and not self.is_kept:
            made, self.made = self.made, None
            # What stays in a store that is away has no key, and is swept.
            with suppress(StoreAway):
                discard(made.blob)


class Sealing(FileUploadHandler):
    """Seals each file to one owner while it arrives, and shows it to the scanner if there is one."""

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest, owner: uuid.UUID) -> None:
        super().__init__(request)
        self.owner = owner
        self._sealing: FileSealer | None = None
        self._scan: Scan | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._head, self._hash, self._size = b"", hashlib.sha256(), 0
        self._refusal: Refusal | None = None
        try:
            self._scan = Scan(settings.SCANNER_SOCKET) if settings.SCANNER_SOCKET else None
            self._sealing = FileSealer(self.owner)
        except (ScannerAway, StoreAway) as fault:
            self._refuse(_reason(fault))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size > settings.FILE_SIZE_LIMIT and self._refusal is None:
            self._refuse(Refusal.TOO_LARGE)
        if self._sealing is None:
            return
        if len(self._head) < HEAD:
            self._head += raw_data[: HEAD - len(self._head)]
        self._hash.update(raw_data)
        try:
            self._sealing.write(raw_data)
            if self._scan is not None:
                self._scan.show(raw_data)
        except (ScannerAway, StoreAway) as fault:
            self._refuse(_reason(fault))

    def file_complete(self, file_size: int) -> SealedUpload:
        made: SealedFile | None = None
        try:
            if self._sealing is not None and not self._size:
                self._refuse(Refusal.EMPTY)
            if self._sealing is not None and self._scan is not None and not self._scan.is_clean():
                self._refuse(Refusal.INFECTED)
            if self._sealing is not None:
                made = self._sealing.close()
        except (ScannerAway, StoreAway) as fault:
            self._refuse(_reason(fault))
        self._leave()
        return SealedUpload(self.file_name or "", self._size, self._head, self._hash.hexdigest(), made, self._refusal)

    def upload_interrupted(self) -> None:
        self._leave()

    def _refuse(self, refusal: Refusal) -> None:
        self._refusal = refusal
        self._leave()

    def _leave(self) -> None:
        """Let go of what this file needed; what was not finished is not in the store."""
        if self._sealing is not None:
            self._sealing.abandon()
        if self._scan is not None:
            self._scan.close()
        self._sealing = self._scan = None


def _reason(fault: Exception) -> Refusal:
    return Refusal.UNSEEN if isinstance(fault, ScannerAway) else Refusal.NO_STORE
