"""Files on their way into a case: what is taken, what of it is kept, and how it is told."""

import hashlib
import unicodedata
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.files.kinds import PICTURES, SHOWN, FileType, name_for, type_of
from cases.files.pictures import MOST_BYTES, Unreadable, cleaned
from cases.models import Case, File, FileStory
from cases.models.moments import now
from cellule.accounts.acting import Acting
from cellule.vault.files import StoreAway, discard, opened, sealed
from cellule.vault.uploads import Refusal, SealedUpload

if TYPE_CHECKING:
    from cellule.vault.files import SealedFile

NAME_LENGTH = 150


@dataclass(frozen=True)
class NotTaken:
    """A file that was refused: its name, and why, in a sentence that says what to do."""

    name: str
    why: Promise | str


def keep(
    case: Case, uploads: Sequence[SealedUpload], *, by: Acting, row_id: uuid.UUID, is_evidence: bool
) -> list[NotTaken]:
    """Add the files that can be taken to a case; gives the others. One page's files are added once each.

    `row_id`: of the page they came from. `is_evidence`: keep a picture or a PDF as it was received too. Raises PermissionDenied,
    RowTaken.
    """
    refused = [_keep(case, each, by=by, row_id=row_id, is_evidence=is_evidence) for each in uploads]
    return [each for each in refused if each is not None]


def _keep(case: Case, upload: SealedUpload, *, by: Acting, row_id: uuid.UUID, is_evidence: bool) -> NotTaken | None:
    name = plain_name(upload.name or "")
    if upload.made is None:
        return NotTaken(name, Refusal(upload.refusal).label)
    kind = type_of(upload.head)
    if kind is None:
        return NotTaken(name, _("This kind of file is not taken. Send pictures as JPEG, papers as PDF."))
    if kind in PICTURES and upload.made.size > MOST_BYTES:
        return NotTaken(name, _("This picture is too large. Save it smaller, then send it again."))
    if kind == FileType.PDF and upload.made.size > MOST_BYTES and not is_evidence:
        return NotTaken(name, _("This PDF is too large. Save it smaller, or say that it is evidence."))
    copy: SealedFile | None = None
    kept = False
    try:
        copy, digest = _held(case, kind, upload.made, upload.sha256, is_evidence)
        original = upload.made if is_evidence and copy is not upload.made else None
        story = FileStory(
            name=name_for(kind, name),
            kind=kind,
            size=upload.made.size,
            sha256=upload.sha256,
            blob=str(copy.blob),
            held_size=copy.size,
            held_sha256=digest,
            recorded_at=now(),
            recorded_by=str(by.user.pk),
            original=str(original.blob) if original else "",
        )
        # The same file twice from one page is one file, whoever repeats it: the person, the browser, the network.
        file = uuid.uuid5(row_id, f"{upload.sha256}{name}")
        kept = File.add(case, by=by, row_id=file, story=story, made=[copy, original] if original else [copy])
        upload.is_kept = kept and upload.made in (copy, original)
    except Unreadable:
        if kind == FileType.PDF:
            return NotTaken(
                name,
                _("This PDF is damaged or asks for a password. Print it into a new PDF, or say that it is evidence."),
            )
        return NotTaken(name, _("This picture cannot be read. Open it, save it as JPEG, then send it again."))
    except StoreAway:
        return NotTaken(name, Refusal.NO_STORE.label)
    finally:
        if copy is not None and copy is not upload.made and not kept:
            with suppress(StoreAway):
                discard(copy.blob)
    return None


def _held(case: Case, kind: FileType, made: "SealedFile", sha256: str, is_evidence: bool) -> tuple["SealedFile", str]:
    """What is looked at and given on, with its hash: a picture or a PDF made anew, anything else as it came.

    Evidence that cannot be made anew is given on as it came: a PDF under a password, or a very large one.
    """
    if kind not in SHOWN:
        return made, sha256
    as_it_came = kind == FileType.PDF and is_evidence
    if as_it_came and made.size > MOST_BYTES:
        return made, sha256
    try:
        content = cleaned(kind, b"".join(opened(made)))
    except Unreadable:
        if as_it_came:
            return made, sha256
        raise
    return sealed(case.pk, content), hashlib.sha256(content).hexdigest()


def plain_name(name: str) -> str:
    """Give a file's name without letters that nobody sees, by which a name can look like another; never empty."""
    seen = "".join(letter for letter in name if unicodedata.category(letter) not in {"Cc", "Cf", "Zl", "Zp"}).strip()
    stem, dot, ending = seen.rpartition(".")
    if len(seen) <= NAME_LENGTH:
        return seen or "document"
    return f"{stem[: NAME_LENGTH - 10]}.{ending[:8]}" if dot else seen[:NAME_LENGTH]
