"""A file of a case, and who had it in hands: received, looked at, printed, taken out, found broken, taken away."""

import datetime
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from audit.log.record import record
from cases import actions, policies
from cases.models.moments import now, this_week
from cellule.accounts.acting import Acting
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.files import BrokenFile, SealedFile, destroy_keys, keep_key, opened, with_key
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import OpenedOwner, Sealer

if TYPE_CHECKING:
    from cases.models.case import Case


class Act(models.TextChoices):
    """What somebody did with a file."""

    RECEIVED = "received", _("Added it")
    VIEWED = "viewed", _("Looked at it")
    PRINTED = "printed", _("Printed it")
    DOWNLOADED = "downloaded", _("Downloaded it")
    ORIGINAL = "original", _("Downloaded the original")
    BROKEN = "broken", _("Found it broken")
    TAKEN_AWAY = "taken_away", _("Took it away")


@dataclass(frozen=True)
class FileStory:
    """What is known of a file. Sizes in bytes, hashes SHA-256 in hex, blobs the names in the store.

    `kind`: a code of `FileType`; `sha256`, `size`: as it was received; `blob`, `held_size`, `held_sha256`: what is
    looked at and given on, for a picture or a PDF the copy without what made it wrote; `original`: what was received, kept
    beside that copy as evidence, or empty; `taken_away`: why there is nothing left of it.
    """

    name: str
    kind: str
    size: int
    sha256: str
    blob: str
    held_size: int
    held_sha256: str
    recorded_at: str
    recorded_by: str
    original: str = ""
    taken_away: str = ""

    @property
    def recorded_on(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(self.recorded_at)


@dataclass(frozen=True)
class CustodyStory:
    """`act`: a code of `Act`; `at`: ISO 8601; `by`: a user's id; `page`: which one, from 1, 0 for all of it."""

    act: str
    at: str
    by: str
    page: int = 0

    @property
    def done_on(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(self.at)


class File(SealedModel):
    """One file of a case. In clear: the week, and that its bytes no longer hold."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="files")
    recorded_week = models.DateField(_("recorded in the week of"))
    version = models.PositiveIntegerField(_("version"), default=1)
    is_broken = models.BooleanField(_("is broken"), default=False)
    story = SealedDocument("cases.file.story", document=FileStory, compartment=Compartment.STORY, owner="case_id")

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="file_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return "file"

    # --- Verbs -------------------------------------------------------------------------------------

    @classmethod
    def add(cls, case: "Case", *, by: Acting, row_id: uuid.UUID, story: FileStory, made: Sequence[SealedFile]) -> bool:
        """Add a file whose bytes lie sealed in the store; their keys are put under the case's own.

        `made`: what the story names as `blob` and `original`. False when it was added before: these bytes are kept by
        nobody then. Raises PermissionDenied, RowTaken.
        """

        def settle(held: "Case", sealer: Sealer) -> None:
            for each in made:
                keep_key(sealer, Compartment.STORY, row_id, each)
            row._hand(Act.RECEIVED, by, sealer)

        row = cls(pk=row_id, case=case, recorded_week=this_week())
        return case._add(row, {"story": story}, actions.FILE_ADDED, by, then=settle) is row

    def take_away(self, *, by: Acting, version: int, story: FileStory, why: str) -> None:
        """Destroy the file's keys, so that every copy of its bytes is dead; that it was there, and why not, stays.

        `story`: what is known of it. Raises PermissionDenied, and Stale for who was overtaken.
        """
        if not self.may_be_taken_away(by):
            raise PermissionDenied

        def settle(held: "Case", sealer: Sealer) -> None:
            self._hand(Act.TAKEN_AWAY, by, sealer)

        empty = replace(story, name="", blob="", original="", taken_away=why)
        with transaction.atomic():
            destroy_keys(self.pk)
            self.case._correct(self, {"story": empty}, actions.FILE_TAKEN_AWAY, by, version, then=settle)

    def may_be_taken_away(self, by: Acting) -> bool:
        """Whether the person leads the case, which goes on."""
        return policies.may_write(self.case, by.user) and policies.may_lead(self.case, by.user)

    def hand(self, act: Act, *, by: Acting, page: int = 0) -> None:
        """Note that somebody has it in hands, after the entry under which it was opened; the case may rest.

        Raises PermissionDenied.
        """
        with transaction.atomic():
            self._hand(act, by, self._sealer(by), page)

    def find_broken(self, *, by: Acting) -> None:
        """Note that its bytes no longer hold, for everybody who works on the case. Raises PermissionDenied."""
        with transaction.atomic():
            sealer = self._sealer(by)
            self._hand(Act.BROKEN, by, sealer)
            File.objects.filter(pk=self.pk).update(is_broken=True)
            self.is_broken = True
            told = self.case.told(by, subject=sealer.subject)
            record(actions.FILE_BROKEN, by=by.actor, **{**told, "subject_type": "cases.file"})

    def _sealer(self, by: Acting) -> Sealer:
        """The key of the story, on a case that is theirs to look at and whose row is held to the end."""
        cases = type(self.case).objects.filter(pk=self.case_id)
        held = cases.select_for_update(of=("self",)).first()
        if held is None or not (self._exists_for(held, by) or policies.may_read_in_emergency(held, by.user)):
            raise PermissionDenied
        self.case = held
        return by.vault.sealer(held, Compartment.STORY)

    @staticmethod
    def _exists_for(case: "Case", by: Acting) -> bool:
        visible = type(case).objects.visible_to(by.user).filter(pk=case.pk)
        return visible.exists() and policies.may_look(case, by.user)

    def _hand(self, act: Act, by: Acting, sealer: Sealer, page: int = 0) -> None:
        row = Custody(case=self.case, file=self, recorded_week=this_week())
        sealer.write(row, "story", CustodyStory(act, now(), str(by.user.pk), page))
        row.save(force_insert=True)

    # --- Bytes -------------------------------------------------------------------------------------

    def sealed(self, keys: OpenedOwner, story: FileStory, *, original: bool = False) -> SealedFile:
        """Give what opens the file's bytes: the copy that is given on, or the original. Raises BrokenFile."""
        blob, size = (story.original, story.size) if original else (story.blob, story.held_size)
        if not blob:
            raise BrokenFile
        return with_key(keys, uuid.UUID(blob), self.pk, size)

    def bytes_of(self, keys: OpenedOwner, story: FileStory) -> bytes:
        """Open the whole file in memory. Raises BrokenFile, StoreAway."""
        return b"".join(opened(self.sealed(keys, story)))

    def pieces_of(self, keys: OpenedOwner, story: FileStory, *, original: bool = False) -> Iterator[bytes]:
        """Open the file piece by piece, once all of it was read and found whole. Raises BrokenFile, StoreAway."""
        made = self.sealed(keys, story, original=original)
        for _piece in opened(made):
            pass
        return opened(made)


class Custody(SealedModel):
    """One act with a file, as those who work on the case see it; the log has its own entry. In clear: the week."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="custody")
    recorded_week = models.DateField(_("recorded in the week of"))
    story = SealedDocument("cases.custody.story", document=CustodyStory, compartment=Compartment.STORY, owner="case_id")

    class Meta:
        verbose_name = _("custody")
        verbose_name_plural = _("custody")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="custody_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return "custody"
