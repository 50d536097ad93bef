"""How great the danger is, in words: each assessment as it was written down."""

import datetime
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.models import Case, RiskStory
from cases.models.codes import FlagAnswer, RedFlag, RiskLevel
from cellule.forms import Unknown
from cellule.forms.unknown import from_json
from cellule.vault.unlocked import OpenedOwner


@dataclass(frozen=True)
class Assessment:
    """One assessment as a page tells it."""

    level: str | Promise
    recorded_on: datetime.datetime
    by: str
    flags: list[tuple[str | Promise, str]]
    rationale: str


def assessments_of(case: Case, opened: OpenedOwner) -> list[Assessment]:
    """Give the assessments of a case, the last one first; two queries."""
    stories: list[RiskStory] = [opened.read(row, "story") for row in case.risks.all()]
    authors = get_user_model()._default_manager.filter(pk__in={story.recorded_by for story in stories})
    names = {str(author.pk): author.name for author in authors}
    newest_first = sorted(stories, key=lambda story: story.recorded_at, reverse=True)
    return [_assessment(story, names.get(story.recorded_by, "")) for story in newest_first]


def risk_in_words(story: RiskStory) -> list[tuple[str | Promise, str]]:
    """Say one assessment as pairs of what and how: the level, the flags by their answer, the reasons."""
    return [(_("Level"), str(RiskLevel(story.level).label)), *flags_in_words(story), (_("Why"), story.rationale)]


def flags_in_words(story: RiskStory) -> list[tuple[str | Promise, str]]:
    """Give for each answer the flags that got it; flags that were not asked are left out."""
    answers = {name: from_json(answer) for name, answer in story.flags.items()}
    told = []
    for answer in [*FlagAnswer, *Unknown]:
        flags = [str(flag.label) for flag in RedFlag if answers.get(flag.value) == answer]
        if flags:
            told.append((answer.label, ", ".join(flags)))
    return told


def _assessment(story: RiskStory, by: str) -> Assessment:
    recorded = datetime.datetime.fromisoformat(story.recorded_at)
    return Assessment(RiskLevel(story.level).label, recorded, by, flags_in_words(story), story.rationale)
