"""The stream of a case, from four tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.boroughs import borough_name
from cases.incident_types import incident_type_name
from cellule.forms import FuzzyDate
from cellule.templatetags.typography import fuzzy_date, moment
from tests.bench.plain.codes import TAKEN
from tests.bench.plain.models import Case, Incident, Milestone, Note, Recorded, Risk, User, Visit


@dataclass(frozen=True)
class Event:
    kind: str
    title: Promise | str
    when: str
    by: str
    anchor: str
    at: datetime
    author: UUID
    recorded: str = ""
    place: Promise | str = ""
    text: str = ""
    reason: str = ""
    amends: str = ""
    note: UUID | None = None
    incident: str = ""
    is_new: bool = False


def events_of(case: Case) -> list[Event]:
    told = [
        *map(_step, case.milestones.select_related("recorded_by")),
        *map(_incident, case.incidents.select_related("recorded_by")),
        *map(_note, case.notes.select_related("recorded_by")),
        *map(_risk, case.risks.select_related("recorded_by")),
    ]
    return sorted(told, key=lambda event: event.at, reverse=True)


def since_last_visit(events: Sequence[Event], case: Case, user: User) -> list[Event]:
    visit, _made = Visit.objects.get_or_create(case=case, user=user)
    seen = visit.seen
    if seen != len(events):
        visit.seen = len(events)
        visit.save(update_fields=["seen"])
    newer = max(len(events) - seen, 0) if seen else 0
    return [replace(event, is_new=place < newer and event.author != user.pk) for place, event in enumerate(events)]


def _event(row: Recorded, kind: str, name: str, title: Promise | str, when: str, **more: object) -> Event:
    by = row.recorded_by
    return Event(kind, title, when, by.name, f"{name}-{row.pk}", row.recorded_at, by.pk, **more)


def _step(row: Milestone) -> Event:
    stage = _("Stage: %(stage)s") % {"stage": row.get_after_display()} if row.before != row.after else ""
    return _event(row, "etapes", "step", TAKEN[row.step], moment(row.recorded_at), place=stage)


def _incident(row: Incident) -> Event:
    when = _("Happened: %(date)s") % {"date": fuzzy_date(FuzzyDate.from_json(row.happened))}
    told = {"recorded": moment(row.recorded_at), "place": borough_name(row.borough), "text": row.narrative}
    name = incident_type_name(row.kind)
    return _event(row, "incidents", "incident", name, when, incident=row.reference, **told)


def _note(row: Note) -> Event:
    when = _("Written: %(moment)s") % {"moment": moment(row.recorded_at)}
    return _event(row, "notes", "note", _("Note"), when, text=row.body, note=row.pk)


def _risk(row: Risk) -> Event:
    title = _("Risk assessed: %(level)s") % {"level": row.get_level_display()}
    return _event(row, "risques", "risk", title, moment(row.recorded_at), text=row.rationale)
