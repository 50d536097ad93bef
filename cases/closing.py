"""Why a case should end, and what the supervisor answered, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.models.codes import ClosingReason, ClosingTalk
from cases.models.stages import ClosingStory
from cellule.vault.unlocked import OpenedOwner

type Line = tuple[Promise | str, Promise | str]

PROPOSALS = {"propose_closing", "close_inquiry"}
ANSWERS = {"decline_closing", "close"}


def closing_in_words(closing: ClosingStory) -> list[Line]:
    """Give what was asked and answered when the closing was proposed; what was not asked is left out."""
    lines = [
        (_("Why does the case end?"), ClosingReason(closing.reason).label),
        (_("Does the person know?"), ClosingTalk(closing.talk).label if closing.talk else ""),
        (_("What the supervisor should know"), closing.words),
    ]
    return [(question, answer) for question, answer in lines if answer]


def words_of_steps(case: Case, opened: OpenedOwner) -> list[tuple[set[str], str]]:
    """Give what was written with the last step of each of these names, for who reads the story."""
    closing, decision = opened.read(case, "closing"), opened.read(case, "decision")
    proposed = "\n".join(str(answer) for _question, answer in closing_in_words(closing)) if closing else ""
    return [(PROPOSALS, proposed), (ANSWERS, decision.words if decision else "")]
