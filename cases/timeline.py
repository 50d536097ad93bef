"""What a case page tells: incidents, notes, looks at the danger and steps taken, in one stream."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions import CONSENT_RECORDED, INQUIRY_OPENED
from cases.boroughs import borough_name
from cases.closing import written_with
from cases.incident_types import incident_type_name
from cases.models import BreakGlass, Case, Consent, Incident, Milestone, Need, Note, RiskAssessment, State
from cases.models.codes import RiskLevel
from cellule.accounts.models import Organisation
from cellule.templatetags.typography import fuzzy_date, moment
from cellule.vault.unlocked import OpenedOwner


class Kind(StrEnum):
    """What an event is, as the filter names it."""

    INCIDENT = "incidents"
    NOTE = "notes"
    RISK = "risques"
    STEP = "etapes"
    REFERRAL = "orientations"


SHOWN = {
    "": gettext_lazy("Everything"),
    Kind.INCIDENT: gettext_lazy("Incidents"),
    Kind.NOTE: gettext_lazy("Notes"),
    Kind.RISK: gettext_lazy("Risk"),
    Kind.STEP: gettext_lazy("Steps"),
    Kind.REFERRAL: gettext_lazy("Referrals"),
}
_STEPS = {"open_inquiry": INQUIRY_OPENED.label, "record_consent": CONSENT_RECORDED.label} | {
    step.name: step.action.label for model in (Case, Need, Consent, BreakGlass) for step in model.steps()
}


@dataclass(frozen=True)
class Event:
    """One thing that happened or was written down, in words. `recorded` is empty where `when` says it already."""

    kind: Kind
    title: Promise | str
    when: str
    by: str
    recorded: str
    place: Promise | str
    text: str
    recorded_on: datetime
    happened_on: date
    author: str
    anchor: str
    # Why a note was amended, and the note that it amends; for a note, that it may be amended.
    reason: str = ""
    amends: str = ""
    note: UUID | None = None
    # The incident's own page.
    incident: str = ""
    # The name of the step that was taken, the stage in which the case was after it, and the id of a colleague or an agency.
    step: str = ""
    stage: str = ""
    to: str = ""
    is_new: bool = False


def events_of(case: Case, opened: OpenedOwner, *, with_story: bool = True) -> list[Event]:
    """Give the case's events, the last recorded first; five queries, two without the story."""
    events: list[Event] = [_step(row, opened, with_story=with_story) for row in case.milestones.all()]
    if with_story:
        events += [_incident(row, opened) for row in case.incidents.all()]
        events += [_note(row, opened) for row in case.notes.all()]
        events += [_risk(row, opened) for row in case.risks.all()]
    names = _names(events)
    events = [
        replace(event, by=names.get(event.author, ""), text=event.text or names.get(event.to, "")) for event in events
    ]
    events.sort(key=lambda event: event.recorded_on, reverse=True)
    return events


Source = Callable[[HttpRequest, Case], Sequence[Event]]
_SOURCES: list[Source] = []


def source(tell: Source) -> Source:
    """Declare what a room above tells the timeline of a case, for who may see the case's page."""
    _SOURCES.append(tell)
    return tell


def with_sources(events: Sequence[Event], request: HttpRequest, case: Case) -> list[Event]:
    """Add what rooms above have to tell, the last recorded first."""
    told = [*events, *(event for tell in _SOURCES for event in tell(request, case))]
    return sorted(told, key=lambda event: event.recorded_on, reverse=True)


def since_last_visit(events: Sequence[Event], seen: int, reader: UUID) -> list[Event]:
    """Mark what others have added since the reader saw `seen` events (which come newest first)."""
    newer = max(len(events) - seen, 0) if seen else 0
    return [
        replace(event, is_new=True) if place < newer and event.author != str(reader) else event
        for place, event in enumerate(events)
    ]


def narrowed(events: Sequence[Event], kind: str, *, by_day_of_event: bool = False) -> list[Event]:
    """Keep one kind (all of them for an unknown one), and put them in the order in which things happened if asked."""
    kept = [event for event in events if event.kind == kind] if kind in set(Kind) else list(events)
    return (
        sorted(kept, key=lambda event: (event.happened_on, event.recorded_on), reverse=True)
        if by_day_of_event
        else kept
    )


def _incident(row: Incident, opened: OpenedOwner) -> Event:
    story = opened.read(row, "story")
    happened = story.happened_on
    return Event(
        Kind.INCIDENT,
        incident_type_name(story.kind),
        _("Happened: %(date)s") % {"date": fuzzy_date(happened)},
        "",
        moment(story.recorded_on),
        borough_name(story.borough),
        story.narrative,
        story.recorded_on,
        happened.start or story.recorded_on.date(),
        story.recorded_by,
        f"incident-{row.pk}",
        incident=row.reference,
    )


def _note(row: Note, opened: OpenedOwner) -> Event:
    story = opened.read(row, "story")
    return Event(
        Kind.NOTE,
        _("Amendment to a note") if row.amends_id else _("Note"),
        _("Written: %(moment)s") % {"moment": moment(story.recorded_on)},
        "",
        "",
        "",
        story.body,
        story.recorded_on,
        story.recorded_on.date(),
        story.recorded_by,
        f"note-{row.pk}",
        reason=story.reason,
        amends=f"note-{row.amends_id}" if row.amends_id else "",
        note=row.pk,
    )


def _risk(row: RiskAssessment, opened: OpenedOwner) -> Event:
    story = opened.read(row, "story")
    recorded = datetime.fromisoformat(story.recorded_at)
    return Event(
        Kind.RISK,
        _("Risk assessed: %(level)s") % {"level": RiskLevel(story.level).label},
        moment(recorded),
        "",
        "",
        "",
        story.rationale,
        recorded,
        recorded.date(),
        story.recorded_by,
        f"risk-{row.pk}",
    )


def _step(row: Milestone, opened: OpenedOwner, *, with_story: bool) -> Event:
    told = opened.read(row, "ordinary")
    at = datetime.fromisoformat(told.at)
    moved = told.before != told.after and told.after in set(State)
    return Event(
        Kind.STEP,
        _STEPS.get(told.step, told.step),
        moment(at),
        "",
        "",
        _("Stage: %(stage)s") % {"stage": State(told.after).label} if moved else "",
        written_with(opened.read(row, "story")) if with_story else "",
        at,
        at.date(),
        told.by,
        f"step-{row.pk}",
        step=told.step,
        stage=told.after,
        to=told.to,
    )


def _names(events: Sequence[Event]) -> dict[str, str]:
    """The names of everybody who wrote or was given something, and of agencies that a consent names, by id."""
    given = {event.to for event in events} - {""}
    people = get_user_model()._default_manager.filter(pk__in=given | {event.author for event in events} - {""})
    names = {str(person.pk): person.name for person in people}
    if agencies := given - names.keys():
        names |= {str(agency.pk): agency.name for agency in Organisation.objects.filter(pk__in=agencies)}
    return names
