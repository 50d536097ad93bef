"""What pages tell of a case's files: each with its size in words, and who had it in hands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.files.kinds import SHOWN, FileType
from cases.files.pictures import MOST_BYTES
from cases.models import Act, Case, Custody, CustodyStory, File, FileStory
from cellule.vault.unlocked import OpenedOwner

# Turning pages is one look.
ONE_LOOK = timedelta(minutes=10)


@dataclass(frozen=True)
class Sheet:
    """A file as pages show it. `shows`: whether there is something to look at here."""

    file: File
    story: FileStory
    by: str

    @property
    def kind(self) -> FileType:
        return FileType(self.story.kind)

    @property
    def is_there(self) -> bool:
        return bool(self.story.blob)

    @property
    def shows(self) -> bool:
        return self.is_there and self.kind in SHOWN and self.story.held_size <= MOST_BYTES

    @property
    def tells_more(self) -> bool:
        """Whether what made it may have left a trace in what is given on."""
        return self.kind != FileType.TEXT and self.story.held_sha256 == self.story.sha256

    @property
    def size(self) -> str:
        """How large it was when it was received."""
        return size_in_words(self.story.size)


@dataclass(frozen=True)
class Handled:
    """One act with a file in words; turning its pages is one."""

    what: Promise
    by: str
    on: datetime
    pages: tuple[int, ...]


def sheets_of(case: Case, opened: OpenedOwner) -> list[Sheet]:
    """Give the case's files, the last received first; two queries."""
    told = [(file, opened.read(file, "story")) for file in case.files.all()]
    names = _names({story.recorded_by for _file, story in told})
    sheets = [Sheet(file, story, names.get(story.recorded_by, "")) for file, story in told]
    return sorted(sheets, key=lambda sheet: sheet.story.recorded_at, reverse=True)


def sheet_of(file: File, opened: OpenedOwner) -> Sheet:
    """Give one file."""
    story: FileStory = opened.read(file, "story")
    return Sheet(file, story, _names({story.recorded_by}).get(story.recorded_by, ""))


def custody_of(file: File, opened: OpenedOwner) -> list[Handled]:
    """Give who had the file in hands, the last one first; two queries."""
    rows = Custody.objects.filter(file=file)
    acts: list[CustodyStory] = sorted((opened.read(row, "story") for row in rows), key=lambda act: act.at)
    names = _names({act.by for act in acts})
    looks = [
        Handled(Act(turn[0].act).label, names.get(turn[0].by, ""), turn[0].done_on, tuple(_pages(turn)))
        for turn in _turns(acts)
    ]
    return looks[::-1]


def size_in_words(size: int) -> str:
    """Give a number of bytes as people say it."""
    if size < 1000:
        return _("%(number)d bytes") % {"number": size}
    if size < 1_000_000:
        return _("%(number)d kB") % {"number": round(size / 1000)}
    return _("%(number)d MB") % {"number": round(size / 1_000_000)}


def _turns(acts: Sequence[CustodyStory]) -> Iterator[list[CustodyStory]]:
    """Put together what one person did without a break."""
    turn: list[CustodyStory] = []
    for act in acts:
        if turn and ((act.act, act.by) != (turn[-1].act, turn[-1].by) or act.done_on - turn[-1].done_on > ONE_LOOK):
            yield turn
            turn = []
        if turn and not act.page:
            yield turn
            turn = []
        turn.append(act)
    if turn:
        yield turn


def _pages(turn: Sequence[CustodyStory]) -> list[int]:
    return sorted({act.page for act in turn if act.page})


def _names(users: set[str]) -> dict[str, str]:
    people = get_user_model().objects.filter(pk__in={UUID(user) for user in users})
    return {str(pk): name for pk, name in people.values_list("pk", "name")}
