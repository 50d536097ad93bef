"""Why a case should end, and what the supervisor answered, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case, MilestoneStory
from cases.models.codes import ClosingReason, ClosingTalk
from cellule.vault.unlocked import OpenedOwner

type Line = tuple[Promise | str, Promise | str]


def closing_in_words(closing: MilestoneStory) -> list[Line]:
    """Give what was asked and answered when the closing was proposed; what was not asked is left out."""
    lines = [
        (_("Why does the case end?"), ClosingReason(closing.reason).label if closing.reason else ""),
        (_("Does the person know?"), ClosingTalk(closing.talk).label if closing.talk else ""),
        (_("What the supervisor should know"), closing.words),
    ]
    return [(question, answer) for question, answer in lines if answer]


def written_with(step: MilestoneStory | None) -> str:
    """Give what was written with a step as its timeline shows it: one answer a line, nothing where nothing was asked."""
    return "\n".join(str(answer) for _question, answer in closing_in_words(step)) if step else ""


def proposal(case: Case, opened: OpenedOwner) -> MilestoneStory:
    """Give what was written when the closing was proposed last; asks for the story to be opened.

    Raises CannotOpen, and ValueError for a case whose closing nobody has proposed.
    """
    written = [(opened.read(row, "ordinary"), row) for row in case.milestones.filter(story__isnull=False)]
    proposals = [(told.at, row) for told, row in written if told.step == "propose_closing"]
    return opened.read(max(proposals, key=lambda each: each[0])[1], "story")
