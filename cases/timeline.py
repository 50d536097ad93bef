"""What a case page tells: incidents and notes in one stream."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.boroughs import borough_name
from cases.incident_types import incident_type_name
from cases.models import Case, IncidentStory, NoteStory
from cellule.templatetags.typography import fuzzy_date, moment
from cellule.vault.unlocked import OpenedOwner


@dataclass(frozen=True)
class Event:
    """One incident or note, in words. `recorded` is empty where `when` says it already."""

    title: Promise | str
    when: str
    by: str
    recorded: str
    place: Promise | str
    text: str


def events_of(case: Case, opened: OpenedOwner) -> list[Event]:
    """Give the case's incidents and notes, the last recorded first; three queries."""
    stories: list[IncidentStory | NoteStory] = [
        opened.read(row, "story") for rows in (case.incidents.all(), case.notes.all()) for row in rows
    ]
    authors = get_user_model()._default_manager.filter(pk__in={story.recorded_by for story in stories})
    names = {str(author.pk): author.name for author in authors}
    newest_first = sorted(stories, key=lambda story: story.recorded_on, reverse=True)
    return [_event(story, names.get(story.recorded_by, "")) for story in newest_first]


def _event(story: IncidentStory | NoteStory, by: str) -> Event:
    recorded: datetime = story.recorded_on
    if isinstance(story, NoteStory):
        return Event(_("Note"), _("Written: %(moment)s") % {"moment": moment(recorded)}, by, "", "", story.body)
    when = _("Happened: %(date)s") % {"date": fuzzy_date(story.happened_on)}
    place = borough_name(story.borough)
    return Event(incident_type_name(story.kind), when, by, moment(recorded), place, story.narrative)
